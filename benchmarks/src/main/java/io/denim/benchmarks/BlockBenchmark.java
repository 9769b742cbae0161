package io.denim.benchmarks;

import com.google.protobuf.ByteString;
import io.denim.wire.BlockHash;
import io.denim.wire.Blocks;
import io.denim.wire.WireParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Envelope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What a transaction of 3 KiB costs where a block of 500 is hashed, and parsed as Go would.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class BlockBenchmark {
  private static final int TRANSACTIONS = 500;
  private static final WireParser<Block> BLOCK = WireParser.of(Block.getDefaultInstance());

  private Block block;
  private ByteString bytes;

  @Setup
  public void fill() {
    Random random = new Random(1);
    List<ByteString> envelopes = new ArrayList<>();
    for (int i = 0; i < TRANSACTIONS; i++) {
      byte[] payload = new byte[3 * 1024];
      random.nextBytes(payload);
      envelopes.add(
          Envelope.newBuilder().setPayload(ByteString.copyFrom(payload)).build().toByteString());
    }
    block = Blocks.of(1, ByteString.EMPTY, envelopes);
    bytes = block.toByteString();
  }

  @Benchmark
  @OperationsPerInvocation(TRANSACTIONS)
  public ByteString hash() {
    return BlockHash.ofData(block.getData());
  }

  @Benchmark
  @OperationsPerInvocation(TRANSACTIONS)
  public Block parse() throws Exception {
    return BLOCK.parse(bytes);
  }
}
