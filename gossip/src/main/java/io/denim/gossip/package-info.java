/// A peer's part in gossip: `comm` holds the streams to other peers, `core` the logic, {@link
/// io.denim.gossip.GossipNode} joins them.
@NullMarked
package io.denim.gossip;

import org.jspecify.annotations.NullMarked;
