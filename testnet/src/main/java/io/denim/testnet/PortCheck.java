package io.denim.testnet;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Looks whether a network's ports are free before anything is started.
final class PortCheck {
  private PortCheck() {}

  /// @throws NetworkException if one is in use; the message names all of them
  static void require(NetworkPlan plan) throws NetworkException {
    List<String> taken = new ArrayList<>();
    for (NetworkPlan.Orderer orderer : plan.orderers()) {
      check(taken, orderer.hostname(), orderer.port());
      check(taken, orderer.hostname() + " (admin)", orderer.adminPort());
      check(taken, orderer.hostname() + " (operations)", orderer.operationsPort());
    }
    for (NetworkPlan.Organization organization : plan.organizations()) {
      for (NetworkPlan.Peer peer : organization.peers()) {
        check(taken, peer.hostname(), peer.port());
        check(taken, peer.hostname() + " (chaincode)", peer.chaincodePort());
        check(taken, peer.hostname() + " (operations)", peer.operationsPort());
      }
    }
    for (NetworkPlan.Authority authority : plan.authorities()) {
      check(taken, authority.name(), authority.port());
    }
    if (!taken.isEmpty()) {
      throw new NetworkException(
          "the network cannot start, another process listens on the port of "
              + String.join(", ", taken)
              + "; stop that process, perhaps another network, and try again");
    }
  }

  private static void check(List<String> taken, String what, int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      socket.setReuseAddress(true);
    } catch (IOException e) {
      taken.add(what + ": " + port);
    }
  }
}
