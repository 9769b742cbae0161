package io.denim.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.CheckedTransaction;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.LedgerProvider;
import io.denim.ledger.PeerLedger;
import io.denim.wire.Blocks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Envelopes that are noise, or real ones with some bytes changed, get a verdict and nothing else.
class ValidationFuzzTest {
  private static final int ROUNDS = 40;

  @TempDir private Path directory;

  @Test
  void whateverAnEnvelopeHoldsItGetsAVerdict() throws Exception {
    GoldenChain chain = GoldenChain.load("raft-v25");
    Block genesis = Block.parseFrom(Files.readAllBytes(chain.directory().resolve("genesis.block")));
    SignatureVerifier verifier = SignatureVerifier.create();
    ChannelConfig config = ChannelConfig.ofBlock(genesis, verifier);
    StateDefinitions definitions = new StateDefinitions();
    BlockValidator validator = new BlockValidator(definitions, verifier, Parallel.none());
    Random random = new Random(20261121);
    int valid = 0;
    try (LedgerProvider provider = LedgerProvider.open(LedgerOptions.at(directory), definitions)) {
      PeerLedger ledger = provider.create(genesis);
      for (int round = 0; round < ROUNDS; round++) {
        Block block = Blocks.of(1, ByteString.EMPTY, envelopes(chain, random));
        ValidatedBlock validated =
            validator.validate(validator.check(block, config), config, CommittedState.of(ledger));
        assertThat(validated.transactions()).hasSize(block.getData().getDataCount());
        for (ValidatedBlock.Validated transaction : validated.transactions()) {
          if (transaction.checked() instanceof CheckedTransaction.Refused(var code)) {
            assertThat(code).isNotEqualTo(TxValidationCode.NOT_VALIDATED);
          } else {
            valid++;
          }
        }
      }
    }
    assertThat(valid).as("changed bytes that a signature covers").isZero();
  }

  /// Some noise, and some envelopes of the chain, each with a few bytes changed or cut off.
  private static List<ByteString> envelopes(GoldenChain chain, Random random) {
    List<ByteString> envelopes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      envelopes.add(ByteString.copyFrom(noise));
    }
    while (envelopes.size() < 40) {
      Block block = chain.blocks().get(20 + random.nextInt(chain.blocks().size() - 20));
      byte[] bytes =
          block.getData().getData(random.nextInt(block.getData().getDataCount())).toByteArray();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      envelopes.add(ByteString.copyFrom(bytes, 0, length));
    }
    return envelopes;
  }
}
