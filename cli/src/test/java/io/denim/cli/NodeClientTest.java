package io.denim.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Nodes that cannot be reached.
class NodeClientTest {
  @Test
  void aNodeThatIsNotThereIsToldOfAtOnceInFabricsWords() throws Exception {
    String address = freedAddress();
    try (NodeClient node = NodeClient.of(address, Optional.empty())) {
      assertThatThrownBy(() -> node.connect(Duration.ofMinutes(10)))
          .hasMessage(
              "failed to connect to "
                  + address
                  + ": failed to create new connection: connection error: desc = \"transport: error"
                  + " while dialing: dial tcp "
                  + address
                  + ": connect: connection refused\"");
      assertThatThrownBy(
              () -> {
                try (ParticipationClient orderer =
                    new ParticipationClient(address, Optional.empty())) {
                  orderer.list();
                }
              })
          .hasMessage(
              "Get \"http://"
                  + address
                  + "/participation/v1/channels\": dial tcp "
                  + address
                  + ": connect: connection refused");
    }
  }

  private static String freedAddress() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
