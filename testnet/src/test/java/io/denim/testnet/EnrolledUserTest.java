package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.ca.client.CaClientMain;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hyperledger.fabric.client.Contract;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.Hash;
import org.hyperledger.fabric.client.identity.Identities;
import org.hyperledger.fabric.client.identity.Signers;
import org.hyperledger.fabric.client.identity.X509Identity;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Whoever an organization's CA certifies is a member of the organization on the channel.
@Timeout(60)
class EnrolledUserTest {
  @RegisterExtension static final DenimNetwork NETWORK = DenimNetwork.shared();

  @TempDir private Path home;

  @BeforeAll
  static void deploy() throws Exception {
    KeyValuePackage.deploy(NETWORK.running());
  }

  private void client(String... arguments) throws Exception {
    RunningNetwork network = NETWORK.running();
    NetworkPlan.Authority authority = network.plan().authorities().getFirst();
    Path root = network.directory().authorityServer(authority).resolve("ca-cert.pem");
    Map<String, String> environment =
        Map.of(
            "FABRIC_CA_CLIENT_HOME", home.toString(),
            "FABRIC_CA_CLIENT_TLS_CERTFILES", root.toString());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    int code;
    try (PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
      code = CaClientMain.run(List.of(arguments), environment, out, out);
    }
    assertThat(code).as(text.toString(StandardCharsets.UTF_8)).isZero();
  }

  @Test
  void submits() throws Exception {
    RunningNetwork network = NETWORK.running();
    String address = network.plan().authorities().getFirst().address();
    client("enroll", "-u", "https://admin:adminpw@" + address, "--caname", "ca-org1");
    client("register", "--id.name", "appUser", "--id.secret", "s", "--id.type", "client");
    client("enroll", "-u", "https://appUser:s@" + address, "-M", "app");
    NetworkPeer peer = network.peer("Org1");
    ManagedChannel connection =
        Grpc.newChannelBuilder(
                peer.address(),
                TlsChannelCredentials.newBuilder().trustManager(peer.tlsRoot().toFile()).build())
            .overrideAuthority(peer.hostname())
            .build();
    try (Gateway gateway = gateway(peer, connection)) {
      Contract contract = gateway.getNetwork(network.channel()).getContract(KeyValuePackage.NAME);
      contract.submitTransaction("put", "enrolled", "yes");
      byte[] value = contract.evaluateTransaction("get", "enrolled");
      assertThat(new String(value, StandardCharsets.UTF_8)).isEqualTo("yes");
    } finally {
      connection.shutdownNow();
      connection.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private Gateway gateway(NetworkPeer peer, ManagedChannel connection) throws Exception {
    Path msp = home.resolve("app");
    String certificate = Files.readString(msp.resolve("signcerts/cert.pem"));
    Path key;
    try (Stream<Path> keys = Files.list(msp.resolve("keystore"))) {
      key = keys.findFirst().orElseThrow();
    }
    return Gateway.newInstance()
        .identity(new X509Identity(peer.mspId(), Identities.readX509Certificate(certificate)))
        .signer(Signers.newPrivateKeySigner(Identities.readPrivateKey(Files.readString(key))))
        .hash(Hash.SHA256)
        .connection(connection)
        .connect();
  }
}
