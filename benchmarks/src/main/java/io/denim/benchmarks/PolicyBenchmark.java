package io.denim.benchmarks;

import com.google.protobuf.ByteString;
import io.denim.identity.LocalMsp;
import io.denim.identity.MspManager;
import io.denim.identity.SignatureVerifier;
import io.denim.policy.Policy;
import io.denim.policy.PolicyLanguage;
import io.denim.policy.PolicyOutcome;
import io.denim.policy.SignaturePolicies;
import io.denim.policy.SignedData;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What an endorsement policy of two organizations costs, once its signatures are verified.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class PolicyBenchmark {
  private Policy policy;
  private List<SignedData> endorsements;

  @Setup
  public void endorse() throws Exception {
    Organizations organizations = Organizations.make(2, SignatureVerifier.create());
    MspManager msps = MspManager.of(organizations.peers().stream().map(LocalMsp::msp).toList());
    policy =
        SignaturePolicies.compile(
            PolicyLanguage.parse("AND('Org1MSP.peer', 'Org2MSP.peer')"), msps);
    ByteString payload = ByteString.copyFrom(new byte[2048]);
    endorsements =
        organizations.peers().stream()
            .map(LocalMsp::signingIdentity)
            .map(peer -> new SignedData(payload, peer.serialized(), peer.sign(payload)))
            .toList();
    if (!(policy.evaluate(endorsements) instanceof PolicyOutcome.Satisfied)) {
      throw new IllegalStateException("the policy is not satisfied");
    }
  }

  @Benchmark
  public PolicyOutcome evaluate() {
    return policy.evaluate(endorsements);
  }
}
