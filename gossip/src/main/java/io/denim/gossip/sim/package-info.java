/// Gossip among many peers in virtual time: for tests of its invariants and for figures of scale.
@NullMarked
package io.denim.gossip.sim;

import org.jspecify.annotations.NullMarked;
