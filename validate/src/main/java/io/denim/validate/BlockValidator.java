package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigTransitions;
import io.denim.channelconfig.ConfigUpdateOutcome;
import io.denim.channelconfig.ConfigUpdates;
import io.denim.identity.SignatureBatch;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.EnvelopeTxId;
import io.denim.ledger.QueryExecutor;
import io.denim.policy.SignedData;
import io.denim.validate.TransactionParser.OpenedTransaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives each transaction of a block its verdict, in two steps (fabric v3.1.5
/// core/committer/txvalidator/v20). The first, {@link #check}, is most of the work and needs no
/// state, so it can run in parallel and before the previous block is committed. The second, {@link
/// #validate}, needs the previous block's state and goes through the transactions in order, since
/// they depend on one another: a key's policy that one sets binds those behind it. Safe for use by
/// any thread.
public final class BlockValidator {
  private static final Logger LOG = LoggerFactory.getLogger(BlockValidator.class);

  /// Transactions whose signatures are verified together by one thread.
  private static final int PORTION = 32;

  private final ChaincodeDefinitions definitions;
  private final SignatureVerifier verifier;
  private final Parallel parallel;

  /// @param verifier the process's own
  public BlockValidator(
      ChaincodeDefinitions definitions, SignatureVerifier verifier, Parallel parallel) {
    this.definitions = definitions;
    this.verifier = verifier;
    this.parallel = parallel;
  }

  /// Takes the transactions apart and checks creators and signatures.
  ///
  /// @param config the one in force for the block, as far as known; if it turns out to be another,
  ///   {@link #validate} checks again
  public CheckedBlock check(Block block, ChannelConfig config) throws InterruptedException {
    TransactionParser parser = new TransactionParser(config);
    List<ByteString> envelopes = block.getData().getDataList();
    List<List<ByteString>> portions = new ArrayList<>();
    for (int from = 0; from < envelopes.size(); from += PORTION) {
      portions.add(envelopes.subList(from, Math.min(from + PORTION, envelopes.size())));
    }
    List<ParsedTransaction> transactions = new ArrayList<>(envelopes.size());
    List<String> txIds = new ArrayList<>(envelopes.size());
    for (List<SettledTransaction> portion :
        parallel.map(portions, portion -> check(portion, parser))) {
      for (SettledTransaction settled : portion) {
        transactions.add(settled.parsed());
        txIds.add(settled.txId());
      }
    }
    return new CheckedBlock(block, config, transactions, txIds);
  }

  private List<SettledTransaction> check(List<ByteString> envelopes, TransactionParser parser) {
    SignatureBatch signatures = verifier.batch();
    List<OpenedTransaction> opened = new ArrayList<>(envelopes.size());
    for (ByteString envelope : envelopes) {
      opened.add(parser.parse(envelope, signatures));
    }
    signatures.verify();
    List<SettledTransaction> settled = new ArrayList<>(envelopes.size());
    for (int i = 0; i < opened.size(); i++) {
      OpenedTransaction transaction = opened.get(i);
      settled.add(
          new SettledTransaction(
              transaction.settle(signatures),
              transaction.txId().orElseGet(txIdOf(envelopes.get(i)))));
    }
    return settled;
  }

  private static Supplier<String> txIdOf(ByteString envelope) {
    return () -> EnvelopeTxId.of(envelope);
  }

  /// @param txId under which the ledger keeps it
  private record SettledTransaction(ParsedTransaction parsed, String txId) {}

  /// Gives the verdicts.
  ///
  /// @param config the one in force for the block
  /// @param state as the previous block left it
  public ValidatedBlock validate(CheckedBlock checked, ChannelConfig config, CommittedState state)
      throws InterruptedException {
    CheckedBlock block = checked.config() == config ? checked : check(checked.block(), config);
    ChannelConfig current = config;
    List<ValidatedBlock.Validated> verdicts = new ArrayList<>(block.transactions().size());
    Set<String> seen = new HashSet<>();
    try (QueryExecutor executor = state.queryExecutor()) {
      EndorsementCheck endorsements =
          new EndorsementCheck(new ApplicationPolicies(config), definitions, executor);
      for (ParsedTransaction parsed : block.transactions()) {
        if (parsed instanceof ParsedTransaction.Configuration(var data, var envelope)) {
          Optional<ChannelConfig> next = next(current, envelope);
          current = next.orElse(current);
          verdicts.add(
              next.isPresent()
                  ? validated("", new CheckedTransaction.Configured(data))
                  : refused("", TxValidationCode.INVALID_CONFIG_TRANSACTION));
        } else {
          verdicts.add(verdict(parsed, endorsements, state, seen));
        }
      }
    }
    return new ValidatedBlock(
        block.block(),
        verdicts,
        current == config ? Optional.empty() : Optional.of(current),
        block.txIds());
  }

  private static ValidatedBlock.Validated verdict(
      ParsedTransaction parsed,
      EndorsementCheck endorsements,
      CommittedState state,
      Set<String> seen) {
    return switch (parsed) {
      case ParsedTransaction.Refused(TxValidationCode code) -> refused("", code);
      case ParsedTransaction.RefusedLate(String txId, TxValidationCode code) ->
          refused(txId, state.transactionExists(txId) ? TxValidationCode.DUPLICATE_TXID : code);
      case ParsedTransaction.Endorsed endorsed -> verdict(endorsed, endorsements, state, seen);
      case ParsedTransaction.Configuration configuration ->
          throw new IllegalStateException("configurations are dealt with before");
    };
  }

  private static ValidatedBlock.Validated verdict(
      ParsedTransaction.Endorsed endorsed,
      EndorsementCheck endorsements,
      CommittedState state,
      Set<String> seen) {
    String txId = endorsed.txId();
    if (state.transactionExists(txId)) {
      return refused(txId, TxValidationCode.DUPLICATE_TXID);
    }
    TxValidationCode code = endorsements.check(endorsed);
    if (code == TxValidationCode.VALID && !seen.add(txId)) {
      code = TxValidationCode.DUPLICATE_TXID;
    }
    if (code != TxValidationCode.VALID) {
      return refused(txId, code);
    }
    return new ValidatedBlock.Validated(
        txId,
        new CheckedTransaction.Endorsed(endorsed.rwSet()),
        endorsed.chaincode() + ":" + endorsed.version(),
        endorsed.endorsements().stream().map(SignedData::identity).toList());
  }

  private static ValidatedBlock.Validated validated(String txId, CheckedTransaction checked) {
    return new ValidatedBlock.Validated(txId, checked, "", List.of());
  }

  private static ValidatedBlock.Validated refused(String txId, TxValidationCode code) {
    return validated(txId, new CheckedTransaction.Refused(code));
  }

  /// The configuration that an ordered one leads to. One that the orderers should not have let
  /// through, at which a Fabric peer's channel stops, is refused.
  private Optional<ChannelConfig> next(ChannelConfig current, ConfigEnvelope envelope) {
    try {
      return switch (ConfigUpdates.validate(current, envelope)) {
        case ConfigUpdateOutcome.Refused(String reason) -> refusedConfig(current, reason);
        case ConfigUpdateOutcome.Authorized authorized -> {
          ChannelConfig next =
              ChannelConfig.of(current.channelId(), envelope.getConfig(), verifier);
          Optional<String> problem = ConfigTransitions.problem(current, next);
          yield problem.isPresent() ? refusedConfig(current, problem.get()) : Optional.of(next);
        }
      };
    } catch (ChannelConfigException e) {
      return refusedConfig(current, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<ChannelConfig> refusedConfig(ChannelConfig current, String reason) {
    LOG.error(
        "[{}] An ordered configuration is not valid and is not applied: {}",
        current.channelId(),
        reason);
    return Optional.empty();
  }
}
