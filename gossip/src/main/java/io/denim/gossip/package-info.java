/// Membership, dissemination, state transfer and private-data exchange.
@NullMarked
package io.denim.gossip;

import org.jspecify.annotations.NullMarked;
