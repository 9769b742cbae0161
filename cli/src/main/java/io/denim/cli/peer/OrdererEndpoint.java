package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.TransactionProposal;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.wire.ClientTls;
import io.denim.wire.TlsKeyPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.OrdererAddresses;
import org.hyperledger.fabric.protos.peer.Response;

/// Which orderer is meant, by the flags that many commands have, or by the channel's configuration
/// (fabric v3.1.5 internal/peer/common/ordererenv.go, common.go).
final class OrdererEndpoint {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private OrdererEndpoint() {}

  /// The names of the flags, which all commands of a group have.
  static final List<String> FLAGS =
      List.of(
          "orderer",
          "tls",
          "clientauth",
          "cafile",
          "keyfile",
          "certfile",
          "ordererTLSHostnameOverride",
          "connTimeout",
          "tlsHandshakeTimeShift");

  static FlagSet flags(FlagSet set) {
    return set.text("orderer", "o", "Ordering service endpoint")
        .toggle("tls", "", false, "Use TLS when communicating with the orderer endpoint")
        .toggle("clientauth", "", false, "Use mutual TLS with the orderer endpoint")
        .text("cafile", "", "Path to file with trusted certificates for the ordering endpoint")
        .text("keyfile", "", "Path to file with the private key for mutual TLS with the orderer")
        .text("certfile", "", "Path to file with the certificate for mutual TLS with the orderer")
        .text("ordererTLSHostnameOverride", "", "The name that the orderer's certificate has")
        .duration("connTimeout", "", "3s", "Timeout for client to connect")
        .duration("tlsHandshakeTimeShift", "", "0s", "Accepted for compatibility");
  }

  /// Whether `-o` names an endpoint.
  static boolean given(Flags flags) {
    return flags.text("orderer").split(":", -1).length == 2;
  }

  /// A connection to the orderer that `-o` names, else to the first that the channel's
  /// configuration names.
  ///
  /// @param peer is asked for the configuration
  static NodeClient connect(
      Flags flags, PeerEnvironment environment, Optional<NodeClient> peer, String channelId)
      throws ClientException, InterruptedException {
    String address = flags.text("orderer");
    if (address.isEmpty()) {
      if (peer.isEmpty()) {
        throw new ClientException(
            "orderer is required, but no ordering endpoint or endorser client supplied");
      }
      List<String> known = ofChannel(peer.get(), environment, channelId);
      if (known.isEmpty()) {
        throw new ClientException(
            "no orderer endpoints retrieved for channel "
                + channelId
                + ", pass orderer endpoint with -o flag instead");
      }
      address = known.getFirst();
      environment
          .log()
          .info(
              "chaincodeCmd",
              "InitCmdFactory",
              "Retrieved channel (" + channelId + ") orderer endpoint: " + address);
    }
    return PeerEnvironment.connect("orderer", address, tls(flags), flags.duration("connTimeout"));
  }

  private static Optional<ClientTls> tls(Flags flags) throws ClientException {
    if (!flags.on("tls")) {
      return Optional.empty();
    }
    Optional<TlsKeyPair> keyPair = Optional.empty();
    if (flags.on("clientauth")) {
      keyPair =
          Optional.of(
              new TlsKeyPair(
                  PeerEnvironment.read(
                      Path.of(flags.text("certfile")), "orderer.tls.clientCert.file"),
                  PeerEnvironment.read(
                      Path.of(flags.text("keyfile")), "orderer.tls.clientKey.file")));
    }
    return Optional.of(
        new ClientTls(
            List.of(
                PeerEnvironment.read(Path.of(flags.text("cafile")), "orderer.tls.rootcert.file")),
            keyPair,
            flags.optional("ordererTLSHostnameOverride")));
  }

  private static List<String> ofChannel(
      NodeClient peer, PeerEnvironment environment, String channelId) throws ClientException {
    TransactionProposal.Call call =
        TransactionProposal.Call.of(
            "",
            "cscc",
            List.of(
                ByteString.copyFromUtf8("GetChannelConfig"), ByteString.copyFromUtf8(channelId)));
    Response response =
        peer.propose(TransactionProposal.of(call, environment.signer()).signed(), PATIENCE)
            .getResponse();
    String failed = "error getting channel (" + channelId + ") orderer endpoint: ";
    if (response.getStatus() != 200) {
      throw new ClientException(
          failed
              + "error bad proposal response "
              + response.getStatus()
              + ": "
              + response.getMessage());
    }
    try {
      return addresses(Config.parseFrom(response.getPayload()).getChannelGroup());
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException(
          failed + "error unmarshalling channel config: " + e.getMessage(), e);
    }
  }

  private static List<String> addresses(ConfigGroup channel) throws InvalidProtocolBufferException {
    List<String> addresses = new ArrayList<>();
    ConfigGroup orderer = channel.getGroupsOrDefault("Orderer", ConfigGroup.getDefaultInstance());
    for (ConfigGroup organization : orderer.getGroupsMap().values()) {
      if (organization.containsValues("Endpoints")) {
        addresses.addAll(
            OrdererAddresses.parseFrom(organization.getValuesOrThrow("Endpoints").getValue())
                .getAddressesList());
      }
    }
    if (addresses.isEmpty() && channel.containsValues("OrdererAddresses")) {
      addresses.addAll(
          OrdererAddresses.parseFrom(channel.getValuesOrThrow("OrdererAddresses").getValue())
              .getAddressesList());
    }
    return addresses;
  }
}
