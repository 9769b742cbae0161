/// Gossip's logic without clock, socket or thread: messages and time in, effects out.
@NullMarked
package io.denim.gossip.core;

import org.jspecify.annotations.NullMarked;
