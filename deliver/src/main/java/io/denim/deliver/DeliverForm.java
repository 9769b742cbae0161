package io.denim.deliver;

import io.denim.policy.SignedData;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.Status;

/// How a stream's blocks look to its reader: whole, filtered, with private data.
///
/// @param <R> the stream's response message
public interface DeliverForm<R> {
  R status(Status status);

  /// What it is called in metrics: `block`, `filtered_block`, `block_and_pvtdata`.
  String dataType();

  /// @throws DeliverException if the block has no such form
  R block(DeliverChannel channel, Block block, SignedData request) throws DeliverException;
}
