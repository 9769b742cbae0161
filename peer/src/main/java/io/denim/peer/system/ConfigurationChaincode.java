package io.denim.peer.system;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.chaincode.SystemChaincode;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.ChannelConfigException;
import io.denim.channelconfig.ConfigBlocks;
import io.denim.channelconfig.Resources;
import io.denim.identity.SignatureVerifier;
import io.denim.ledger.PeerLedger;
import io.denim.wire.Blocks;
import io.denim.wire.WireParser;
import java.nio.file.Path;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockMetadataIndex;
import org.hyperledger.fabric.protos.peer.ChannelInfo;
import org.hyperledger.fabric.protos.peer.ChannelQueryResponse;
import org.hyperledger.fabric.protos.peer.JoinBySnapshotStatus;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;

/// `cscc`: joins channels and tells of their configurations (fabric v3.1.5
/// core/scc/cscc/configure.go).
public final class ConfigurationChaincode implements SystemChaincode {
  private static final WireParser<Block> BLOCK = WireParser.of(Block.getDefaultInstance());

  private final SystemChannels channels;
  private final SignatureVerifier verifier;

  /// @param verifier the process's own
  public ConfigurationChaincode(SystemChannels channels, SignatureVerifier verifier) {
    this.channels = channels;
    this.verifier = verifier;
  }

  @Override
  public String name() {
    return "cscc";
  }

  @Override
  public Response invoke(Call call) {
    int count = call.arguments().size();
    String function = count == 0 ? "" : call.arguments().getFirst().toStringUtf8();
    boolean alone = function.equals("GetChannels") || function.equals("JoinBySnapshotStatus");
    if (count == 0 || (count < 2 && !alone)) {
      return SystemChaincode.error("Incorrect number of arguments, " + count);
    }
    Optional<SignedProposal> proposal = call.signedProposal();
    Optional<String> refusal = InvokedChaincode.refusal(name(), "", proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error(refusal.get());
    }
    ByteString argument = count < 2 ? ByteString.EMPTY : call.arguments().get(1);
    return switch (function) {
      case "JoinChain" -> joinChain(argument, proposal);
      case "JoinChainBySnapshot" -> joinBySnapshot(argument, proposal);
      case "JoinBySnapshotStatus" -> snapshotStatus(proposal);
      case "GetConfigBlock" -> configBlock(argument.toStringUtf8(), proposal);
      case "GetChannelConfig" -> channelConfig(argument.toStringUtf8(), proposal);
      case "GetChannels" -> channelNames(proposal);
      default -> SystemChaincode.error("Requested function " + function + " not found.");
    };
  }

  private Response joinChain(ByteString bytes, Optional<SignedProposal> proposal) {
    Block block;
    String channelId;
    try {
      block = BLOCK.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      return SystemChaincode.error("Failed to reconstruct the genesis block, " + e.getMessage());
    }
    try {
      channelId = ConfigBlocks.channelIdOf(block);
    } catch (ChannelConfigException e) {
      return SystemChaincode.error(
          "\"JoinChain\" request failed to extract channel id from the block due to ["
              + e.getMessage()
              + "]");
    }
    Optional<String> problem = problem(block);
    if (problem.isPresent()) {
      return SystemChaincode.error(
          "\"JoinChain\" for channelID = "
              + channelId
              + " failed because of validation of configuration block, because of "
              + problem.get());
    }
    Optional<String> refusal = channels.accessRefusal(Resources.CSCC_JOIN_CHAIN, "", proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "access denied for [JoinChain][" + channelId + "]: [" + refusal.get() + "]");
    }
    return channels
        .join(channelId, withFilter(block))
        .map(SystemChaincode::error)
        .orElseGet(() -> SystemChaincode.success(ByteString.EMPTY));
  }

  /// What is wrong with a genesis block.
  private Optional<String> problem(Block block) {
    try {
      ChannelConfig config = ChannelConfig.ofBlock(block, verifier);
      if (config.application().isEmpty()) {
        return Optional.of("Invalid configuration block, missing Application configuration group");
      }
      return config
          .capabilities()
          .unsupported()
          .map(reason -> "Failed capabilities check: [" + reason + "]");
    } catch (ChannelConfigException e) {
      return Optional.of("Bad configuration envelope: " + e.getMessage());
    }
  }

  /// The block with the verdict that a genesis block always has.
  private static Block withFilter(Block block) {
    ByteString filter = Blocks.slot(block, BlockMetadataIndex.TRANSACTIONS_FILTER);
    if (!filter.isEmpty()) {
      return block;
    }
    ByteString valid = ByteString.copyFrom(new byte[block.getData().getDataCount()]);
    return Blocks.withSlot(block, BlockMetadataIndex.TRANSACTIONS_FILTER, valid);
  }

  private Response joinBySnapshot(ByteString folder, Optional<SignedProposal> proposal) {
    if (folder.isEmpty()) {
      return SystemChaincode.error("Cannot join the channel, no snapshot directory provided");
    }
    Optional<String> refusal =
        channels.accessRefusal(Resources.CSCC_JOIN_CHAIN_BY_SNAPSHOT, "", proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "access denied for [JoinChainBySnapshot]: [" + refusal.get() + "]");
    }
    String directory = folder.toStringUtf8();
    return channels
        .joinBySnapshot(Path.of(directory))
        .map(reason ->
            SystemChaincode.error(
                "cannot create ledger from snapshot " + directory + ": " + reason))
        .orElseGet(() -> SystemChaincode.success(ByteString.EMPTY));
  }

  private Response snapshotStatus(Optional<SignedProposal> proposal) {
    Optional<String> refusal =
        channels.accessRefusal(Resources.CSCC_JOIN_BY_SNAPSHOT_STATUS, "", proposal);
    return refusal
        .map(reason -> SystemChaincode.error("access denied for [JoinBySnapshotStatus]: " + reason))
        .orElseGet(() ->
            SystemChaincode.success(JoinBySnapshotStatus.getDefaultInstance().toByteString()));
  }

  private Response configBlock(String channelId, Optional<SignedProposal> proposal) {
    Optional<String> refusal =
        channels.accessRefusal(Resources.CSCC_GET_CONFIG_BLOCK, channelId, proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "access denied for [GetConfigBlock][" + channelId + "]: " + refusal.get());
    }
    Optional<PeerLedger> ledger = channels.ledger(channelId);
    if (ledger.isEmpty()) {
      return SystemChaincode.error("Unknown channel ID, " + channelId);
    }
    try {
      Block last = ledger.get().blockByNumber(ledger.get().height() - 1).orElseThrow();
      return ledger
          .get()
          .blockByNumber(Blocks.lastConfigNumber(last))
          .map(block -> SystemChaincode.success(block.toByteString()))
          .orElseGet(() -> SystemChaincode.error("the ledger has no config block"));
    } catch (InvalidProtocolBufferException e) {
      return SystemChaincode.error(
          "the last block does not tell the last config block: " + e.getMessage());
    }
  }

  private Response channelConfig(String channelId, Optional<SignedProposal> proposal) {
    if (channelId.isEmpty()) {
      return SystemChaincode.error("empty channel name provided");
    }
    Optional<String> refusal =
        channels.accessRefusal(Resources.CSCC_GET_CHANNEL_CONFIG, channelId, proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error(
          "access denied for [GetChannelConfig][" + channelId + "]: " + refusal.get());
    }
    return channels
        .config(channelId)
        .map(config -> SystemChaincode.success(config.config().toByteString()))
        .orElseGet(() -> SystemChaincode.error("unknown channel ID, " + channelId));
  }

  private Response channelNames(Optional<SignedProposal> proposal) {
    Optional<String> refusal = channels.accessRefusal(Resources.CSCC_GET_CHANNELS, "", proposal);
    if (refusal.isPresent()) {
      return SystemChaincode.error("access denied for [GetChannels]: " + refusal.get());
    }
    ChannelQueryResponse.Builder answer = ChannelQueryResponse.newBuilder();
    for (String channelId : channels.names()) {
      answer.addChannels(ChannelInfo.newBuilder().setChannelId(channelId));
    }
    return SystemChaincode.success(answer.build().toByteString());
  }
}
