package io.denim.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.denim.cli.configtx.ConfigtxgenTool;
import io.denim.cli.cryptogen.CryptogenTool;
import io.denim.cli.osnadmin.OsnadminTool;
import io.denim.cli.peer.PeerTool;
import io.denim.order.OrdererMain;
import io.denim.peer.PeerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The executables as an administrator of Fabric uses them, each a process of its own: from
/// cryptogen to a committed transaction, which is still there after all nodes were restarted.
class ExecutablesTest {
  private static final String CRYPTO =
      """
      OrdererOrgs:
        - Name: Orderer
          Domain: example.com
          EnableNodeOUs: true
          Specs: [{Hostname: orderer, SANS: [localhost, 127.0.0.1]}]
      PeerOrgs:
        - Name: Org1
          Domain: org1.example.com
          EnableNodeOUs: true
          Template: {Count: 1, SANS: [localhost, 127.0.0.1]}
          Users: {Count: 1}
      """;

  @TempDir private Path folder;
  private Executables executables;

  @BeforeEach
  void begin() {
    executables = new Executables(folder);
  }

  @AfterEach
  void end() throws InterruptedException {
    executables.close();
  }

  @Test
  void fromCryptogenToATransactionThatOutlivesARestart() throws Exception {
    NetworkDirectory directory = new NetworkDirectory(folder);
    NetworkPlan plan =
        PlanFile.draft(new NetworkSpec("ch", 1, 1, 1, 10, Duration.ofMillis(20), true));
    Files.writeString(
        folder.resolve("core.yaml"), "chaincode: {startuptimeout: 300s, executetimeout: 300s}\n");
    Files.writeString(folder.resolve("orderer.yaml"), "General: {ListenAddress: localhost}\n");
    Files.writeString(folder.resolve("crypto.yaml"), CRYPTO);
    executables.run(
        CryptogenTool.class,
        Map.of(),
        "generate",
        "--config=" + folder.resolve("crypto.yaml"),
        "--output=" + directory.organizations());
    Files.writeString(folder.resolve("configtx.yaml"), Configtx.of(directory, plan));
    Path block = folder.resolve("ch.block");
    executables.run(
        ConfigtxgenTool.class,
        Map.of("FABRIC_CFG_PATH", folder.toString()),
        "-profile",
        "Ch",
        "-channelID",
        "ch",
        "-outputBlock",
        block.toString());
    List<Process> nodes = startNodes(directory, plan);
    join(directory, plan, block);

    Map<String, String> admin = NodeVariables.ofAdministrator(directory, plan);
    deploy(directory, plan, admin);
    String[] invoke = {
      "chaincode",
      "invoke",
      "-C",
      "ch",
      "-n",
      "basic",
      "--waitForEvent",
      "-c",
      "{\"Args\":[\"CreateAsset\",\"asset9\",\"blue\",\"1\",\"Ann\",\"2\"]}"
    };
    assertThat(executables.run(PeerTool.class, admin, ordered(directory, plan, invoke)))
        .contains("committed with status (VALID)")
        .contains("Chaincode invoke successful. result: status:200");

    for (Process node : nodes.reversed()) {
      node.destroy();
      assertThat(executables.exitStatus(node)).as(executables.said(node)).isZero();
    }
    startNodes(directory, plan);
    assertThat(
            executables.run(
                PeerTool.class,
                admin,
                "chaincode",
                "query",
                "-C",
                "ch",
                "-n",
                "basic",
                "-c",
                "{\"Args\":[\"ReadAsset\",\"asset9\"]}"))
        .contains("\"Owner\":\"Ann\"");
  }

  private List<Process> startNodes(NetworkDirectory directory, NetworkPlan plan)
      throws IOException, InterruptedException {
    Process orderer =
        executables.start(OrdererMain.class, NodeVariables.ofOrderer(directory, plan));
    Process peer =
        executables.start(PeerMain.class, NodeVariables.ofPeer(directory, plan), "start");
    executables.awaitText(orderer, "Beginning to serve requests");
    executables.awaitText(peer, "Started peer with ID=[");
    return List.of(orderer, peer);
  }

  private void join(NetworkDirectory directory, NetworkPlan plan, Path block) throws Exception {
    Path tls = directory.ordererAdmin().resolve("tls");
    assertThat(
            executables.run(
                OsnadminTool.class,
                Map.of(),
                "channel",
                "join",
                "--channelID",
                "ch",
                "--config-block",
                block.toString(),
                "-o",
                plan.orderers().getFirst().adminAddress(),
                "--ca-file",
                ordererRoot(directory, plan).toString(),
                "--client-cert",
                tls.resolve("client.crt").toString(),
                "--client-key",
                tls.resolve("client.key").toString()))
        .contains("Status: 201");
    executables.run(
        PeerTool.class,
        NodeVariables.ofAdministrator(directory, plan),
        "channel",
        "join",
        "-b",
        block.toString());
  }

  private void deploy(NetworkDirectory directory, NetworkPlan plan, Map<String, String> admin)
      throws Exception {
    Path root = Path.of(System.getProperty("denim.testdata")).toAbsolutePath().getParent();
    String packed = folder.resolve("basic.tar.gz").toString();
    String chaincode = root.resolve("samples/basic/target/package").toString();
    String[] commands = {"lifecycle", "chaincode"};
    executables.run(
        PeerTool.class,
        admin,
        joined(commands, "package", packed, "-l", "java", "-p", chaincode, "--label", "basic_1"));
    String installed = executables.run(PeerTool.class, admin, joined(commands, "install", packed));
    String id = installed.substring(installed.lastIndexOf("basic_1:")).strip();
    String[] definition = {"-C", "ch", "-n", "basic", "-v", "1", "--sequence", "1"};
    executables.run(
        PeerTool.class,
        admin,
        ordered(
            directory,
            plan,
            joined(joined(commands, "approveformyorg", "--package-id", id), definition)));
    executables.run(
        PeerTool.class,
        admin,
        ordered(directory, plan, joined(joined(commands, "commit"), definition)));
  }

  private static String[] ordered(NetworkDirectory directory, NetworkPlan plan, String... command) {
    return joined(
        command,
        "-o",
        plan.orderers().getFirst().address(),
        "--tls",
        "--cafile",
        ordererRoot(directory, plan).toString());
  }

  private static Path ordererRoot(NetworkDirectory directory, NetworkPlan plan) {
    return directory.ordererCrypto(plan.orderers().getFirst()).resolve("tls/ca.crt");
  }

  private static String[] joined(String[] some, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(some));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  /// The channel's profile.
  private static final class Configtx {
    private Configtx() {}

    static String of(NetworkDirectory directory, NetworkPlan plan) {
      NetworkPlan.Orderer orderer = plan.orderers().getFirst();
      NetworkPlan.Organization organization = plan.organizations().getFirst();
      return """
      Organizations:
        - &orderers
          Name: OrdererOrg
          ID: OrdererMSP
          MSPDir: %1$s
          OrdererEndpoints: ['%2$s']
          Policies:
            Readers: {Type: Signature, Rule: OR('OrdererMSP.member')}
            Writers: {Type: Signature, Rule: OR('OrdererMSP.member')}
            Admins: {Type: Signature, Rule: OR('OrdererMSP.admin')}
        - &org1
          Name: Org1MSP
          ID: Org1MSP
          MSPDir: %3$s
          Policies:
            Readers: {Type: Signature, Rule: OR('Org1MSP.member')}
            Writers: {Type: Signature, Rule: OR('Org1MSP.member')}
            Admins: {Type: Signature, Rule: OR('Org1MSP.admin')}
            Endorsement: {Type: Signature, Rule: OR('Org1MSP.peer')}
      Profiles:
        Ch:
          Policies: &policies
            Readers: {Type: ImplicitMeta, Rule: ANY Readers}
            Writers: {Type: ImplicitMeta, Rule: ANY Writers}
            Admins: {Type: ImplicitMeta, Rule: MAJORITY Admins}
          Capabilities: {V2_0: true}
          Orderer:
            OrdererType: etcdraft
            BatchTimeout: 20ms
            BatchSize: {MaxMessageCount: 10, AbsoluteMaxBytes: 99 MB, PreferredMaxBytes: 2 MB}
            EtcdRaft:
              Consenters:
                - {Host: localhost, Port: %4$d, ClientTLSCert: %5$s, ServerTLSCert: %5$s}
            Policies:
              <<: *policies
              BlockValidation: {Type: ImplicitMeta, Rule: ANY Writers}
            Capabilities: {V2_0: true}
            Organizations: [*orderers]
          Application:
            Policies:
              <<: *policies
              LifecycleEndorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
              Endorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
            Capabilities: {V2_5: true}
            Organizations: [*org1]
      """
          .formatted(
              directory.ordererOrganization().resolve("msp"),
              orderer.address(),
              directory.organization(organization).resolve("msp"),
              orderer.port(),
              directory.ordererCrypto(orderer).resolve("tls/server.crt"));
    }
  }
}
