/// Blocks that peers ask one another for.
@NullMarked
package io.denim.gossip.state;

import org.jspecify.annotations.NullMarked;
