package io.denim.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.ParticipationClient;
import io.denim.cli.TransactionProposal;
import io.denim.identity.SignatureVerifier;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.peer.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `denim status`: asks every node of a network how it is.
@Command(
    name = "status",
    description = "Shows the network's nodes and how many blocks each has.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private DirectoryOption directoryOption = new DirectoryOption();

  @Override
  public Integer call() throws NetworkException, InterruptedException {
    NetworkDirectory directory = directoryOption.directory();
    NetworkPlan plan = directoryOption.existingPlan();
    Optional<ProcessHandle> process = NetworkProcess.find(directory);
    System.out.println(
        process.isPresent()
            ? "The network in " + directory.root() + " runs as process " + process.get().pid() + "."
            : "The network in " + directory.root() + " does not run; start it with: ./denim up");
    if (process.isEmpty()) {
      return 1;
    }
    NetworkCrypto crypto =
        new NetworkCrypto(directory, SignatureVerifier.create(), InstantSource.system());
    System.out.println(row("node", "address", "blocks", "state"));
    for (NetworkPlan.Orderer orderer : plan.orderers()) {
      System.out.println(orderer(crypto, orderer, plan.spec().channel()));
    }
    for (NetworkPlan.Organization organization : plan.organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        System.out.println(peer(crypto, organization, peer, plan.spec().channel()));
      }
    }
    return 0;
  }

  private static String orderer(NetworkCrypto crypto, NetworkPlan.Orderer orderer, String channel)
      throws InterruptedException {
    try (ParticipationClient client = crypto.participation(orderer)) {
      JsonNode info = JSON.readTree(client.show(channel).text());
      return row(
          orderer.hostname(),
          orderer.address(),
          info.path("height").asText("-"),
          info.path("consensusRelation").asText("") + " " + info.path("status").asText(""));
    } catch (IOException | ClientException e) {
      return row(orderer.hostname(), orderer.address(), "-", "does not answer: " + e.getMessage());
    }
  }

  private static String peer(
      NetworkCrypto crypto,
      NetworkPlan.Organization organization,
      NetworkPlan.Peer peer,
      String channel) {
    try (NodeClient client = crypto.peer(organization, peer)) {
      TransactionProposal proposal =
          TransactionProposal.of(
              TransactionProposal.Call.of(
                  channel,
                  "qscc",
                  List.of(
                      ByteString.copyFromUtf8("GetChainInfo"), ByteString.copyFromUtf8(channel))),
              crypto.signer(organization, "Admin"));
      Response response = client.propose(proposal.signed(), PATIENCE).getResponse();
      return response.getStatus() == 200
          ? row(
              peer.hostname(),
              peer.address(),
              Long.toString(BlockchainInfo.parseFrom(response.getPayload()).getHeight()),
              "active")
          : row(peer.hostname(), peer.address(), "-", response.getMessage());
    } catch (ClientException | InvalidProtocolBufferException e) {
      return row(peer.hostname(), peer.address(), "-", "does not answer: " + e.getMessage());
    }
  }

  private static String row(String node, String address, String blocks, String state) {
    return String.format(Locale.ROOT, "  %-26s %-18s %7s  %s", node, address, blocks, state);
  }
}
