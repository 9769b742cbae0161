package io.denim.testnet;

import io.denim.gossip.sim.DisseminationReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `denim sim gossip`: how blocks spread among many peers, in simulated time.
@Command(
    name = "gossip",
    description = "Simulates how blocks spread among the peers of organizations.",
    mixinStandardHelpOptions = true)
final class SimGossipCommand implements Callable<Integer> {
  @Option(names = "--peers", description = "How many peers (${DEFAULT-VALUE}).")
  private int peers = 500;

  @Option(names = "--orgs", description = "How many organizations (${DEFAULT-VALUE}).")
  private int organizations = 20;

  @Option(names = "--blocks", description = "How many blocks (${DEFAULT-VALUE}).")
  private int blocks = 10;

  @Option(names = "--seed", description = "The same seed is the same run (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() {
    System.out.println(DisseminationReport.of(seed, peers, organizations, blocks));
    return 0;
  }
}
