package io.denim.testnet;

import io.denim.cli.configtx.ConfigtxgenTool;
import io.denim.cli.configtx.ConfigtxlatorTool;
import io.denim.cli.cryptogen.CryptogenTool;
import io.denim.cli.discover.DiscoverTool;
import io.denim.cli.osnadmin.OsnadminTool;
import io.denim.cli.peer.PeerTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The tools' part of a {@link Rehearsal}: one after the other in one JVM, on a network whose nodes
/// run already.
final class ToolRehearsal {
  private final NetworkDirectory directory;
  private final NetworkPlan plan;

  private ToolRehearsal(NetworkDirectory directory, NetworkPlan plan) {
    this.directory = directory;
    this.plan = plan;
  }

  /// Begins when a line comes on standard input.
  ///
  /// @param arguments the network's folder
  public static void main(String[] arguments) throws IOException, InterruptedException {
    NetworkDirectory directory = new NetworkDirectory(Path.of(arguments[0]));
    ToolRehearsal rehearsal = new ToolRehearsal(directory, PlanFile.read(directory.plan()));
    rehearsal.makeFiles();
    if (System.in.read() >= 0) {
      rehearsal.useNodes();
    }
    System.exit(0);
  }

  private interface Tool {
    int run(List<String> arguments) throws InterruptedException;
  }

  private static void run(Tool tool, Object... arguments) throws InterruptedException {
    List<String> texts = Arrays.stream(arguments).map(Object::toString).toList();
    System.out.println(texts + " -> " + tool.run(texts));
  }

  private void makeFiles() throws IOException, InterruptedException {
    Path crypto = directory.root().resolve("made");
    NetworkPlan.Organization organization = plan.organizations().getFirst();
    run(CryptogenTool::run, "generate", "--output=" + crypto);
    Files.writeString(
        directory.root().resolve("configtx.yaml"),
        configtx(
            directory.organization(organization).resolve("msp"),
            directory
                .peerCrypto(organization, organization.peers().getFirst())
                .resolve("tls/server.crt")));
    Path block = directory.root().resolve("made.block");
    run(ConfigtxgenTool::run, "-profile", "P", "-channelID", "made", "-outputBlock", block);
    Path json = directory.root().resolve("block.json");
    String type = "--type=common.Block";
    run(ConfigtxlatorTool::run, "proto_decode", type, "--input=" + block, "--output=" + json);
    run(ConfigtxlatorTool::run, "proto_encode", type, "--input=" + json, "--output=" + block);
  }

  private static String configtx(Path msp, Path certificate) {
    return """
    Profiles:
      P:
        Policies: &policies
          Readers: {Type: ImplicitMeta, Rule: ANY Readers}
          Writers: {Type: ImplicitMeta, Rule: ANY Writers}
          Admins: {Type: ImplicitMeta, Rule: MAJORITY Admins}
        Capabilities: {V2_0: true}
        Orderer:
          OrdererType: etcdraft
          BatchTimeout: 2s
          BatchSize: {MaxMessageCount: 10, AbsoluteMaxBytes: 99 MB, PreferredMaxBytes: 512 KB}
          EtcdRaft:
            Consenters:
              - {Host: localhost, Port: 7050, ClientTLSCert: %2$s, ServerTLSCert: %2$s}
          Policies:
            <<: *policies
            BlockValidation: {Type: ImplicitMeta, Rule: ANY Writers}
          Capabilities: {V2_0: true}
          Organizations:
            - &org
              Name: Org1
              ID: Org1MSP
              MSPDir: %1$s
              OrdererEndpoints: [localhost:7050]
              Policies:
                Readers: {Type: Signature, Rule: OR('Org1MSP.member')}
                Writers: {Type: Signature, Rule: OR('Org1MSP.member')}
                Admins: {Type: Signature, Rule: OR('Org1MSP.admin')}
                Endorsement: {Type: Signature, Rule: OR('Org1MSP.peer')}
        Application:
          Policies:
            <<: *policies
            LifecycleEndorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
            Endorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
          Capabilities: {V2_5: true}
          Organizations: [*org]
    """
        .formatted(msp, certificate);
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().findFirst().orElseThrow(() -> new IOException(folder + " is empty"));
    }
  }

  private void useNodes() throws IOException, InterruptedException {
    String channel = plan.spec().channel();
    Path genesis = directory.genesisBlock(channel);
    run(OsnadminTool::run, admin("join", "--channelID", channel, "--config-block", genesis));
    run(OsnadminTool::run, admin("list"));
    run(PeerTool::run, "channel", "join", "-b", genesis);
    run(PeerTool::run, "channel", "list");
    run(PeerTool::run, "channel", "getinfo", "-c", channel);
    Path fetched = directory.root().resolve("fetched.block");
    run(PeerTool::run, "channel", "fetch", "newest", fetched, "-c", channel);
    Path bundled = Path.of(System.getProperty("denim.basic", ""));
    run(DenimMain::run, "deploy", bundled, "--name", "basic", "--dir", directory.root());
    Object[] orderer = {
      "-o", plan.orderers().getFirst().address(), "--tls", "--cafile", ordererRoot()
    };
    String name = "-C" + channel;
    String call = "{\"Args\":[\"CreateAsset\",\"a\",\"blue\",\"1\",\"b\",\"2\"]}";
    String wait = "--waitForEvent";
    run(
        PeerTool::run,
        joined(orderer, "chaincode", "invoke", name, "-n", "basic", "-c", call, wait));
    String query = "{\"Args\":[\"GetAllAssets\"]}";
    run(PeerTool::run, "chaincode", "query", name, "-n", "basic", "-c", query);
    run(PeerTool::run, "lifecycle", "chaincode", "queryinstalled", "-O", "json");
    run(PeerTool::run, "lifecycle", "chaincode", "querycommitted", name, "-n", "basic");
    Object[] definition = {name, "-n", "next", "-v", "1", "--sequence", "1"};
    run(
        PeerTool::run,
        joined(definition, joined(orderer, "lifecycle", "chaincode", "approveformyorg")));
    run(
        PeerTool::run,
        joined(definition, "lifecycle", "chaincode", "checkcommitreadiness", "-O", "json"));
    NetworkPlan.Organization organization = plan.organizations().getFirst();
    NetworkPlan.Peer peer = organization.peers().getFirst();
    Path user = directory.user(organization, "Admin").resolve("msp");
    Path tls = directory.peerCrypto(organization, peer).resolve("tls/ca.crt");
    run(
        DiscoverTool::run,
        "peers",
        "--server=" + peer.address(),
        "--channel=" + channel,
        "--MSP=" + organization.mspId(),
        "--peerTLSCA=" + tls,
        "--userKey=" + onlyFile(user.resolve("keystore")),
        "--userCert=" + onlyFile(user.resolve("signcerts")));
    run(
        PeerTool::run,
        "snapshot",
        "listpending",
        "-c" + channel,
        "--peerAddress=" + peer.address(),
        "--tlsRootCertFile=" + tls);
    run(DenimMain::run, "invoke", "basic", "CreateAsset", "c", "red", "1", "b", "2");
    run(DenimMain::run, "query", "basic", "GetAllAssets");
    run(DenimMain::run, "status");
  }

  private static Object[] joined(Object[] last, Object... first) {
    List<Object> all = new ArrayList<>(Arrays.asList(first));
    all.addAll(Arrays.asList(last));
    return all.toArray();
  }

  private Object[] admin(Object... command) {
    Path tls = directory.ordererAdmin().resolve("tls");
    String address = plan.orderers().getFirst().adminAddress();
    return joined(
        command,
        "channel",
        "-o" + address,
        "--ca-file=" + ordererRoot(),
        "--client-cert=" + tls.resolve("client.crt"),
        "--client-key=" + tls.resolve("client.key"));
  }

  private Path ordererRoot() {
    return directory.ordererCrypto(plan.orderers().getFirst()).resolve("tls/ca.crt");
  }
}
