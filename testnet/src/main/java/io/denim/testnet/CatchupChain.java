package io.denim.testnet;

import com.google.protobuf.ByteString;
import io.denim.cli.ClientException;
import io.denim.identity.MspConfigException;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.BlockStore;
import io.denim.ledger.LedgerOptions;
import io.denim.ledger.SimulationException;
import io.denim.ledger.TransactionSimulator;
import io.denim.lifecycle.LifecycleException;
import io.denim.peer.ChainReplay;
import io.denim.peer.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.hyperledger.fabric.protos.common.Block;

/// Makes a chain for measuring how fast a peer catches up: a channel of two organizations, a
/// chaincode whose writes both must endorse, and blocks full of transactions that each read a key
/// that is missing and write 100 bytes to it. Each is simulated on the ledger that the blocks
/// before it leave and signed with keys of its own; the orderer's key signs the blocks. What it
/// needs to be committed lies in the directory afterwards: the blocks as an orderer keeps them.
/// Used by one thread.
final class CatchupChain {
  private static final String BEGUN = "begun";
  private static final String CHAINCODE = "kv";
  private static final int VALUE_BYTES = 100;
  private static final long SEED = 20_261_121L;

  private final Path directory;
  private final NetworkPlan plan;
  private final NetworkDirectory network;
  private final InstantSource clock = InstantSource.system();
  private final SignatureVerifier verifier = SignatureVerifier.create();
  private final Random random = new Random(SEED);

  /// How long the chain is.
  ///
  /// @param transactions in all, in full blocks but the last
  record Size(int transactions, int perBlock) {}

  CatchupChain(Path directory) {
    this.directory = directory;
    this.network = new NetworkDirectory(directory.resolve("network"));
    this.plan =
        NetworkPlan.of(
            new NetworkSpec("catchup", 2, 1, 1, 500, Duration.ofSeconds(2), false),
            customary -> customary);
  }

  /// The blocks, as an orderer keeps them.
  BlockStore open() {
    return BlockStore.open(directory.resolve("chain/blocks"), directory.resolve("chain/index"));
  }

  /// Whether the chain is there, whole.
  boolean isMade() {
    return Files.exists(directory.resolve("made"));
  }

  /// Makes the chain.
  ///
  /// @throws NetworkException if it cannot be made
  void make(Size size) throws NetworkException, InterruptedException {
    try {
      begin();
      new NetworkFiles(plan, network, clock).create();
      Block genesis =
          Block.parseFrom(Files.readAllBytes(network.genesisBlock(plan.spec().channel())));
      LedgerOptions options = LedgerOptions.at(directory.resolve("making"));
      try (BlockStore store = open();
          ChainReplay replay = ChainReplay.start(options, genesis, verifier, blocks -> {})) {
        store.append(genesis);
        Making making = new Making(store, replay);
        making.define();
        for (int made = 0; made < size.transactions(); made += size.perBlock()) {
          making.fill(Math.min(size.perBlock(), size.transactions() - made));
        }
      }
      Trees.delete(directory.resolve("making"));
      Files.writeString(directory.resolve("made"), size.toString());
    } catch (IOException
        | MspConfigException
        | PeerException
        | ClientException
        | SimulationException
        | LifecycleException e) {
      throw new NetworkException("the chain cannot be made: " + e.getMessage(), e);
    }
  }

  /// Makes the folder anew, where what is in it comes from an earlier run that did not end.
  private void begin() throws NetworkException, IOException {
    Path begun = directory.resolve(BEGUN);
    if (!Trees.isEmpty(directory) && !Files.exists(begun)) {
      throw new NetworkException(
          directory
              + " holds files that are not a chain of this benchmark; name a folder that is new or"
              + " empty");
    }
    Trees.delete(directory);
    Files.createDirectories(directory);
    Files.writeString(begun, "denim bench catchup\n");
  }

  /// The chain under way.
  private final class Making {
    private final BlockStore store;
    private final ChainReplay replay;
    private final ChainMaker maker;
    private int number;

    Making(BlockStore store, ChainReplay replay) throws MspConfigException {
      this.store = store;
      this.replay = replay;
      this.maker = new ChainMaker(plan, network, replay, verifier, clock);
    }

    void define()
        throws ClientException,
            SimulationException,
            LifecycleException,
            InterruptedException,
            NetworkException {
      store.append(maker.block(List.of(maker.definition(CHAINCODE))));
    }

    void fill(int count)
        throws ClientException, SimulationException, InterruptedException, NetworkException {
      List<ByteString> envelopes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        envelopes.add(create());
      }
      store.append(maker.block(envelopes));
    }

    private ByteString create() throws ClientException, SimulationException {
      String key = String.format(Locale.ROOT, "key-%08d-%08x", number++, random.nextInt());
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      try (TransactionSimulator simulator = replay.ledger().simulator(key)) {
        if (simulator.state(CHAINCODE, key).isPresent()) {
          throw new SimulationException("the key " + key + " is there already");
        }
        simulator.setState(CHAINCODE, key, ByteString.copyFrom(value));
        return maker
            .transaction(
                CHAINCODE, List.of("create", key), simulator.results().publicReadWriteSet())
            .toByteString();
      }
    }
  }
}
