package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.cli.ClientException;
import io.denim.cli.NodeClient;
import io.denim.cli.TransactionProposal;
import io.denim.cli.command.CommandLog;
import io.denim.cli.command.FlagSet;
import io.denim.cli.command.Flags;
import io.denim.cli.command.GoJson;
import io.denim.cli.command.UsageException;
import io.denim.cli.command.Verb;
import io.denim.cli.command.VerbGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.HeaderType;
import org.hyperledger.fabric.protos.peer.ChannelInfo;
import org.hyperledger.fabric.protos.peer.ChannelQueryResponse;
import org.hyperledger.fabric.protos.peer.JoinBySnapshotStatus;
import org.hyperledger.fabric.protos.peer.Response;

/// `peer channel` (fabric v3.1.5 internal/peer/channel).
final class ChannelCommands {
  private static final String MODULE = "channelCmd";
  private static final String FACTORY = "InitCmdFactory";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final CommandLog log;

  ChannelCommands(CommandLog log) {
    this.log = log;
  }

  private static FlagSet flagSet() {
    FlagSet set =
        new FlagSet(FlagSet.Dialect.PFLAG)
            .text("blockpath", "b", "Path to file containing genesis block")
            .text("snapshotpath", "", "Path to the snapshot directory")
            .text("channelID", "c", "The channel")
            .text("file", "f", "Configuration transaction file for submitting to orderer")
            .text(
                "outputBlock",
                "",
                "The path to write the genesis block (default ./<channelID>.block)")
            .duration("timeout", "t", "10s", "Channel creation timeout")
            .toggle("bestEffort", "", false, "Whether fetch requests should ignore errors");
    return OrdererEndpoint.flags(set);
  }

  void run(List<String> arguments) throws UsageException, ClientException, InterruptedException {
    new VerbGroup(
            "peer channel",
            "Operate a channel: create|fetch|join|joinbysnapshot|joinbysnapshotstatus|list|update"
                + "|signconfigtx|getinfo.",
            flagSet(),
            OrdererEndpoint.FLAGS,
            verbs())
        .run(arguments);
  }

  private List<Verb> verbs() {
    return List.of(
        Verb.of(
            "create",
            "[DEPRECATED] Refused: channels are created with configtxgen and osnadmin",
            List.of("channelID", "file", "outputBlock", "timeout"),
            this::create),
        new Verb(
            "fetch",
            "<newest|oldest|config|(number)> [outputfile]",
            "Fetch a block into a file",
            List.of("channelID", "bestEffort"),
            this::fetch),
        Verb.of("getinfo", "Show a channel's height and hashes", List.of("channelID"), this::info),
        Verb.of("join", "Join the peer to a channel", List.of("blockpath"), this::join),
        Verb.of(
            "joinbysnapshot",
            "Join the peer to a channel by a snapshot",
            List.of("snapshotpath"),
            this::joinBySnapshot),
        Verb.of(
            "joinbysnapshotstatus",
            "Tell whether the peer is joining a channel by a snapshot",
            List.of(),
            this::snapshotStatus),
        Verb.of("list", "List the channels that the peer has joined", List.of(), this::list),
        Verb.of("signconfigtx", "Sign a config update in its file", List.of("file"), this::sign),
        Verb.of(
            "update", "Sign and send a config update", List.of("channelID", "file"), this::update));
  }

  private void create(Flags flags) throws ClientException {
    throw new ClientException(
        "channels are no longer created through a system channel: make the channel's genesis"
            + " block with configtxgen and join orderers with osnadmin");
  }

  private void initialized() {
    log.info(MODULE, FACTORY, "Endorser and orderer connections initialized");
  }

  private NodeClient peer(PeerEnvironment environment)
      throws ClientException, InterruptedException {
    try {
      NodeClient peer = environment.peer();
      initialized();
      return peer;
    } catch (ClientException e) {
      throw new ClientException("error getting endorser client for channel: " + e.getMessage(), e);
    }
  }

  private static Response ask(
      PeerEnvironment environment, NodeClient peer, String chaincode, ByteString... arguments)
      throws ClientException {
    TransactionProposal proposal =
        TransactionProposal.of(
            TransactionProposal.Call.of("", chaincode, List.of(arguments)), environment.signer());
    try {
      return peer.propose(proposal.signed(), PATIENCE).getResponse();
    } catch (ClientException e) {
      throw new ClientException("Failed sending proposal, got " + e.getMessage(), e);
    }
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private void join(Flags flags) throws UsageException, ClientException, InterruptedException {
    if (flags.text("blockpath").isEmpty()) {
      throw new UsageException("Must supply genesis block path");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment)) {
      ByteString block;
      try {
        block = ByteString.copyFrom(Files.readAllBytes(Path.of(flags.text("blockpath"))));
      } catch (IOException e) {
        throw new ClientException(
            "genesis block file not found open "
                + flags.text("blockpath")
                + ": no such file or directory",
            e);
      }
      requireJoined(ask(environment, peer, "cscc", text("JoinChain"), block));
      log.info(MODULE, "executeJoin", "Successfully submitted proposal to join channel");
    }
  }

  private void joinBySnapshot(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    if (flags.text("snapshotpath").isEmpty()) {
      throw new UsageException(
          "the required parameter 'snapshotpath' is empty. Rerun the command with --snapshotpath"
              + " flag");
    }
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment)) {
      requireJoined(
          ask(
              environment,
              peer,
              "cscc",
              text("JoinChainBySnapshot"),
              text(flags.text("snapshotpath"))));
      log.info(
          MODULE,
          "executeJoin",
          "Successfully submitted proposal to join channel. The peer will join asynchronously");
    }
  }

  private static void requireJoined(Response response) throws ClientException {
    if (response.getStatus() != 0 && response.getStatus() != 200) {
      throw new ClientException(
          "proposal failed (err: bad proposal response "
              + response.getStatus()
              + ": "
              + response.getMessage()
              + ")");
    }
  }

  private void snapshotStatus(Flags flags)
      throws UsageException, ClientException, InterruptedException {
    requireNoWords(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment)) {
      Response response = good(ask(environment, peer, "cscc", text("JoinBySnapshotStatus")));
      JoinBySnapshotStatus status = JoinBySnapshotStatus.parseFrom(response.getPayload());
      System.out.println(
          status.getInProgress()
              ? "A joinbysnapshot operation is in progress for snapshot at "
                  + status.getBootstrappingSnapshotDir()
              : "No joinbysnapshot operation is in progress");
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("Cannot read the status, " + e.getMessage(), e);
    }
  }

  private static Response good(Response response) throws ClientException {
    if (response.getStatus() != 200) {
      throw new ClientException(
          "Received bad response, status " + response.getStatus() + ": " + response.getMessage());
    }
    return response;
  }

  private void list(Flags flags) throws UsageException, ClientException, InterruptedException {
    requireNoWords(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment)) {
      Response response = good(ask(environment, peer, "cscc", text("GetChannels")));
      System.out.println("Channels peers has joined: ");
      for (ChannelInfo channel :
          ChannelQueryResponse.parseFrom(response.getPayload()).getChannelsList()) {
        System.out.println(channel.getChannelId());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("Cannot read channels list response, " + e.getMessage(), e);
    }
  }

  private static void requireNoWords(Flags flags) throws UsageException {
    if (!flags.rest().isEmpty()) {
      throw new UsageException("trailing args detected: " + flags.rest());
    }
  }

  private static String channelId(Flags flags) throws UsageException {
    return flags
        .optional("channelID")
        .orElseThrow(() -> new UsageException("Must supply channel ID"));
  }

  private void info(Flags flags) throws UsageException, ClientException, InterruptedException {
    String channelId = channelId(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    try (NodeClient peer = peer(environment)) {
      Response response = ask(environment, peer, "qscc", text("GetChainInfo"), text(channelId));
      if (response.getStatus() != 200) {
        throw new ClientException(
            "received bad response, status " + response.getStatus() + ": " + response.getMessage());
      }
      System.out.println(
          "Blockchain info: " + GoJson.compact(BlockchainInfo.parseFrom(response.getPayload())));
    } catch (InvalidProtocolBufferException e) {
      throw new ClientException("cannot read qscc response: " + e.getMessage(), e);
    }
  }

  private void fetch(Flags flags) throws UsageException, ClientException, InterruptedException {
    List<String> words = flags.rest();
    if (words.isEmpty()) {
      throw new UsageException("fetch target required, oldest, newest, config, or a number");
    }
    if (words.size() > 2) {
      throw new UsageException("trailing args detected");
    }
    String target = words.getFirst();
    String channelId = flags.text("channelID");
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    boolean fromPeer = !OrdererEndpoint.given(flags);
    try (NodeClient node =
        fromPeer
            ? environment.peer()
            : OrdererEndpoint.connect(flags, environment, Optional.empty(), channelId)) {
      initialized();
      if (!target.matches("oldest|newest|config|[0-9]{1,19}")) {
        throw new ClientException("fetch target illegal: " + target);
      }
      BlockReader reader = new BlockReader(node, fromPeer, environment, channelId);
      ByteString block = reader.fetch(target).toByteString();
      String file = words.size() == 2 ? words.get(1) : channelId + "_" + target + ".block";
      Files.write(Path.of(file), block.toByteArray());
    } catch (IOException e) {
      throw new ClientException("could not write the block: " + e, e);
    }
  }

  private void sign(Flags flags) throws UsageException, ClientException {
    Path file = transactionFile(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    initialized();
    Envelope signed = ConfigUpdateSigning.sign(read(file), "", environment.signer());
    try {
      Files.write(file, signed.toByteArray());
    } catch (IOException e) {
      throw new ClientException("could not write " + file + ": " + e, e);
    }
  }

  private void update(Flags flags) throws UsageException, ClientException, InterruptedException {
    String channelId = channelId(flags);
    Path file = transactionFile(flags);
    PeerEnvironment environment = PeerEnvironment.load(System.getenv(), log);
    initialized();
    Envelope signed = ConfigUpdateSigning.sign(read(file), channelId, environment.signer());
    try (NodeClient orderer =
        OrdererEndpoint.connect(flags, environment, Optional.empty(), channelId)) {
      orderer.broadcast(signed, PATIENCE);
    }
    log.info(MODULE, "update", "Successfully submitted channel update");
  }

  private static Path transactionFile(Flags flags) throws UsageException {
    return Path.of(
        flags
            .optional("file")
            .orElseThrow(() ->
                new UsageException(
                    "Invalid channel create transaction : No configtx file name supplied")));
  }

  /// An envelope that says it is a config update.
  private static Envelope read(Path file) throws ClientException {
    try {
      Envelope envelope = Envelope.parseFrom(Files.readAllBytes(file));
      ChannelHeader header = ConfigBlocks.headerOf(envelope);
      if (header.getType() != HeaderType.CONFIG_UPDATE.getNumber()) {
        throw new ClientException("Invalid channel create transaction : bad type");
      }
      return envelope;
    } catch (InvalidProtocolBufferException | ChannelConfigException e) {
      throw new ClientException("Invalid channel create transaction : " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ClientException(
          "channel create configuration tx file not found open "
              + file
              + ": no such file or directory",
          e);
    }
  }
}
