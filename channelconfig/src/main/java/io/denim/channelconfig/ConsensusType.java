package io.denim.channelconfig;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.common.Consenter;

/// How a channel is ordered.
///
/// @param type `etcdraft`, `BFT`, `solo` or `kafka`
/// @param metadata what the type defines: `etcdraft.ConfigMetadata`, `smartbft.Options`
/// @param maintenance whether the channel takes nothing but its orderers' administrators' changes
/// @param consenters the BFT consenters; empty for the other types
public record ConsensusType(
    String type, ByteString metadata, boolean maintenance, List<Consenter> consenters) {
  /// The name of Raft ordering.
  public static final String ETCD_RAFT = "etcdraft";

  /// The name of BFT ordering.
  public static final String BFT = "BFT";

  /// The name of ordering by one node.
  public static final String SOLO = "solo";

  public ConsensusType {
    consenters = List.copyOf(consenters);
  }
}
