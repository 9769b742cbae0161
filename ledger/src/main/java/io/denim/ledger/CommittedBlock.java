package io.denim.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.peer.TxValidationCode;

/// What became of a block.
///
/// @param block as it is stored, with transactions filter and commit hash in its metadata
/// @param txIds one for each envelope, as the channel header has it, or computed where that is
///   empty; empty where it cannot be read
/// @param codes one for each envelope
/// @param updates what the block changed in the world state
/// @param commitHash empty for block 0, and where the chain has none
public record CommittedBlock(
    Block block,
    List<String> txIds,
    List<TxValidationCode> codes,
    StateUpdates updates,
    ByteString commitHash) {
  public CommittedBlock {
    txIds = List.copyOf(txIds);
    codes = List.copyOf(codes);
  }

  public long number() {
    return block.getHeader().getNumber();
  }
}
