package io.denim.validate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigUpdateOutcome;
import io.denim.channelconfig.ConfigUpdates;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.TxRwSet;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verdicts on one block. Used by one thread.
final class BlockVerdicts {
  private static final Logger LOG = LoggerFactory.getLogger(BlockVerdicts.class);
  private static final WireParser<ConfigEnvelope> CONFIG_ENVELOPE =
      WireParser.of(ConfigEnvelope.getDefaultInstance());

  private final ChannelConfig config;
  private final CommittedState state;
  private final SignatureVerifier verifier;
  private final EndorsementPolicies policies;
  private final KeyPolicyChanges changes = new KeyPolicyChanges();
  private final Set<String> txIds = new HashSet<>();
  private Optional<ChannelConfig> nextConfig = Optional.empty();

  BlockVerdicts(ChannelConfig config, CommittedState state, SignatureVerifier verifier) {
    this.verifier = verifier;
    this.config = config;
    this.state = state;
    this.policies = new EndorsementPolicies(config);
  }

  ValidatedBlock of(CheckedBlock checked) {
    List<CheckedTransaction> transactions = new ArrayList<>(checked.envelopes().size());
    for (CheckedEnvelope envelope : checked.envelopes()) {
      transactions.add(verdict(envelope));
    }
    return new ValidatedBlock(checked.block(), transactions, nextConfig);
  }

  private CheckedTransaction verdict(CheckedEnvelope envelope) {
    return switch (envelope) {
      case CheckedEnvelope.Refused(TxValidationCode code) -> new CheckedTransaction.Refused(code);
      case CheckedEnvelope.RefusedUnlessRepeated(String txId, TxValidationCode code) ->
          new CheckedTransaction.Refused(
              state.hasTransaction(txId) ? TxValidationCode.DUPLICATE_TXID : code);
      case CheckedEnvelope.Configuration(ByteString bytes) -> configure(bytes);
      case CheckedEnvelope.Endorsed endorsed -> endorsed(endorsed);
    };
  }

  private CheckedTransaction endorsed(CheckedEnvelope.Endorsed transaction) {
    if (state.hasTransaction(transaction.txId())) {
      return new CheckedTransaction.Refused(TxValidationCode.DUPLICATE_TXID);
    }
    TxValidationCode code = policyVerdict(transaction);
    if (code == TxValidationCode.VALID && !txIds.add(transaction.txId())) {
      code = TxValidationCode.DUPLICATE_TXID;
    }
    return code == TxValidationCode.VALID
        ? new CheckedTransaction.Endorsed(transaction.rwSet())
        : new CheckedTransaction.Refused(code);
  }

  /// Each namespace is judged on its own, also after one failed: what a transaction changes in a
  /// namespace whose policy it satisfied counts as changed even where another one refuses it.
  private TxValidationCode policyVerdict(CheckedEnvelope.Endorsed transaction) {
    TxValidationCode verdict = TxValidationCode.VALID;
    List<TxRwSet.NsRwSet> passed = new ArrayList<>();
    for (String namespace : transaction.namespaces()) {
      Optional<ByteString> policy = state.validationParameter(namespace);
      Optional<TxRwSet.NsRwSet> writes = writesOf(transaction.rwSet(), namespace);
      if (policy.isEmpty() || policy.get().isEmpty()) {
        verdict = first(verdict, TxValidationCode.INVALID_CHAINCODE);
      } else if (check(namespace, policy.get(), transaction).passes(writes)) {
        writes.ifPresent(passed::add);
      } else {
        verdict = first(verdict, TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
      }
    }
    passed.forEach(changes::add);
    return verdict;
  }

  private NamespaceCheck check(
      String namespace, ByteString policy, CheckedEnvelope.Endorsed transaction) {
    return new NamespaceCheck(
        namespace,
        policy,
        transaction.endorsements(),
        new NamespaceCheck.Ledger(state, policies, changes));
  }

  private CheckedTransaction configure(ByteString bytes) {
    try {
      ConfigEnvelope proposed = CONFIG_ENVELOPE.parse(bytes);
      return switch (ConfigUpdates.validate(config, proposed)) {
        case ConfigUpdateOutcome.Authorized _ -> {
          nextConfig =
              Optional.of(ChannelConfig.of(config.channelId(), proposed.getConfig(), verifier));
          yield new CheckedTransaction.Configured(bytes);
        }
        case ConfigUpdateOutcome.Refused(String reason) -> refusedConfig(reason);
      };
    } catch (InvalidProtocolBufferException | ChannelConfigException e) {
      return refusedConfig(String.valueOf(e.getMessage()));
    }
  }

  private CheckedTransaction refusedConfig(String reason) {
    LOG.error("[channel: {}] An ordered configuration is refused: {}", config.channelId(), reason);
    return new CheckedTransaction.Refused(TxValidationCode.INVALID_CONFIG_TRANSACTION);
  }

  private static TxValidationCode first(TxValidationCode verdict, TxValidationCode next) {
    return verdict == TxValidationCode.VALID ? next : verdict;
  }

  private static Optional<TxRwSet.NsRwSet> writesOf(TxRwSet rwSet, String name) {
    for (TxRwSet.NsRwSet namespace : rwSet.namespaces()) {
      if (namespace.namespace().equals(name)) {
        return Optional.of(namespace);
      }
    }
    return Optional.empty();
  }
}
