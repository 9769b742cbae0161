package io.denim.benchmarks;

import com.google.protobuf.ByteString;
import io.denim.identity.Identity;
import io.denim.identity.SignatureVerifier;
import io.denim.identity.SigningIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What a P-256 signature over 1 KiB costs: to make, to verify, and to verify a second time.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class SignatureBenchmark {
  private static final int MESSAGES = 64;

  private final List<ByteString> messages = new ArrayList<>();
  private final List<ByteString> signatures = new ArrayList<>();
  private SigningIdentity signer;
  private Identity forgetful;
  private Identity remembering;
  private ByteString remembered;
  private int next;

  @Setup
  public void makeSignatures() throws Exception {
    // The least that can be remembered is far less than MESSAGES.
    signer = signer(SignatureVerifier.remembering(1));
    forgetful = signer.identity();
    SigningIdentity other = signer(SignatureVerifier.create());
    remembering = other.identity();
    for (int i = 0; i < MESSAGES; i++) {
      byte[] message = new byte[1024];
      message[0] = (byte) i;
      messages.add(ByteString.copyFrom(message));
      signatures.add(signer.sign(messages.get(i)));
    }
    remembered = other.sign(messages.getFirst());
  }

  private static SigningIdentity signer(SignatureVerifier verifier) throws Exception {
    return Organizations.make(1, verifier).peers().getFirst().signingIdentity();
  }

  @Benchmark
  public ByteString sign() {
    return signer.sign(messages.getFirst());
  }

  @Benchmark
  public boolean verify() {
    next = (next + 1) % MESSAGES;
    return forgetful.verify(messages.get(next), signatures.get(next));
  }

  @Benchmark
  public boolean verifyAgain() {
    return remembering.verify(messages.getFirst(), remembered);
  }
}
