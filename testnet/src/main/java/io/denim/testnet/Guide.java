package io.denim.testnet;

import java.time.Duration;
import java.util.Locale;

/// What a network's user needs to know once it runs.
final class Guide {
  /// The line by which a background start is seen to be done.
  static final String READY = "The network is ready";

  private Guide() {}

  static void print(Console console, Network network, Duration took) {
    NetworkPlan plan = network.plan();
    NetworkDirectory directory = network.directory();
    console.line("");
    console.line(
        String.format(
            Locale.ROOT,
            "%s after %.1f s: channel %s, chaincode %s.",
            READY,
            took.toMillis() / 1000.0,
            plan.spec().channel(),
            UpCommand.BUNDLED));
    console.line("");
    console.line(row("node", "address", "organization"));
    for (NetworkPlan.Orderer orderer : plan.orderers()) {
      console.line(
          row(
              orderer.hostname(),
              orderer.address() + ", admin " + orderer.adminAddress(),
              NetworkPlan.ORDERER_MSP));
    }
    for (NetworkPlan.Organization organization : plan.organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        console.line(row(peer.hostname(), peer.address(), organization.mspId()));
      }
    }
    for (NetworkPlan.Authority authority : plan.authorities()) {
      console.line(row(authority.name(), authority.address() + ", admin:adminpw", "CA"));
    }
    console.line("");
    console.line("  crypto material   " + directory.organizations());
    console.line("  log               " + directory.log());
    console.line("");
    console.line("Try, in another terminal:");
    String where =
        directory.equals(DirectoryOption.customary()) ? "" : " --dir " + directory.root();
    console.line("  ./denim query  basic GetAllAssets" + where);
    console.line("  ./denim invoke basic CreateAsset asset7 yellow 5 Tom 1300" + where);
    console.line(
        "  ./denim deploy PATH --name NAME" + where + "    # your own chaincode: Go, Node or Java");
    console.line("  ./denim status" + where);
    console.line("");
    console.line("Stop with Ctrl-C or ./denim down" + where + "; what is committed stays.");
  }

  private static String row(String node, String address, String organization) {
    return String.format(Locale.ROOT, "  %-26s %-40s %s", node, address, organization);
  }
}
