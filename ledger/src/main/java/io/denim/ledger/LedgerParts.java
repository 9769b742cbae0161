package io.denim.ledger;

import org.jspecify.annotations.Nullable;

/// What a peer's ledger of one channel consists of.
///
/// @param history absent where none is kept
record LedgerParts(
    String channelId,
    CollectionSource source,
    BlockStore store,
    Database db,
    PrivateStore privateStore,
    BlockToLive blockToLive,
    @Nullable History history,
    LedgerMetrics metrics,
    CommitSteps steps,
    StateFollower follower) {}
