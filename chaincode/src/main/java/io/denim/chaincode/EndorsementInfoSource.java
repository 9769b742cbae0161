package io.denim.chaincode;

import io.denim.ledger.QueryExecutor;

/// Finds the package that serves a chaincode's name on a channel. Answered by `lifecycle`.
public interface EndorsementInfoSource {
  /// @param state the transaction's own simulator, so that what was looked up counts as read
  EndorsementInfo endorsementInfo(String channelId, String chaincode, QueryExecutor state);
}
