package io.denim.validate;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.Identity;
import io.denim.identity.IdentityOutcome;
import io.denim.identity.SignatureVerifier;
import io.denim.policy.SignedData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.hyperledger.fabric.protos.common.Block;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives each transaction of a block its validation code, as Fabric's V2_0 validation does (fabric
/// v3.1.5 core/committer/txvalidator/v20/validator.go). Two steps: {@link #check} needs no ledger
/// and may run ahead while blocks before it commit; {@link #validate} needs the ledger as the block
/// before left it. Safe for use by any thread.
public final class BlockValidator {
  private static final Logger LOG = LoggerFactory.getLogger(BlockValidator.class);
  private static final int CHUNK = 8; // transactions that one task checks

  private final ExecutorService workers;
  private final SignatureVerifier verifier;

  /// @param workers check transactions in parallel
  /// @param verifier remembers the signatures that the first step found good, for the second
  public BlockValidator(ExecutorService workers, SignatureVerifier verifier) {
    this.workers = workers;
    this.verifier = verifier;
  }

  /// Parses all envelopes, checks their form and verifies all their signatures.
  public CheckedBlock check(Block block, ChannelConfig config) throws InterruptedException {
    List<ByteString> data = block.getData().getDataList();
    List<Callable<List<CheckedEnvelope>>> tasks = new ArrayList<>();
    for (int from = 0; from < data.size(); from += CHUNK) {
      List<ByteString> chunk = data.subList(from, Math.min(data.size(), from + CHUNK));
      tasks.add(() -> checkAll(chunk, config));
    }
    List<CheckedEnvelope> envelopes = new ArrayList<>(data.size());
    try {
      for (Future<List<CheckedEnvelope>> done : workers.invokeAll(tasks)) {
        envelopes.addAll(done.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "checking block " + Long.toUnsignedString(block.getHeader().getNumber()) + " failed",
          e.getCause());
    }
    return new CheckedBlock(block, config, envelopes);
  }

  /// Checks what depends on the ledger: repeated ids, policies, configuration changes.
  ///
  /// @param state as the block before left it
  public ValidatedBlock validate(CheckedBlock checked, CommittedState state) {
    return new BlockVerdicts(checked.config(), state, verifier).of(checked);
  }

  private static List<CheckedEnvelope> checkAll(List<ByteString> data, ChannelConfig config) {
    List<CheckedEnvelope> checked = new ArrayList<>(data.size());
    for (ByteString bytes : data) {
      CheckedEnvelope envelope = EnvelopeChecks.check(bytes, config);
      if (envelope instanceof CheckedEnvelope.Endorsed endorsed) {
        verifyAhead(endorsed.endorsements(), config);
      }
      checked.add(envelope);
    }
    return checked;
  }

  /// Verifies endorsements where many threads do it, so that policies find them remembered.
  private static void verifyAhead(List<SignedData> endorsements, ChannelConfig config) {
    for (SignedData endorsement : endorsements) {
      if (config.msps().deserialize(endorsement.identity())
          instanceof IdentityOutcome.Accepted(Identity endorser)) {
        boolean good = endorser.verify(endorsement.data(), endorsement.signature());
        LOG.trace("an endorsement of {} is {}", endorser.mspId(), good ? "good" : "bad");
      }
    }
  }
}
