package io.denim.testnet;

import picocli.CommandLine.Command;

/// `denim sim`: runs protocols in simulated time, under faults.
@Command(
    name = "sim",
    description = "Runs a protocol in simulated time, under faults, from seeds.",
    mixinStandardHelpOptions = true,
    subcommands = {SimRaftCommand.class, SimGossipCommand.class})
final class SimCommand {}
