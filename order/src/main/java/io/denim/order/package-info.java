/// Broadcast, message processors, block cutting, chains, cluster and the orderer node.
@NullMarked
package io.denim.order;

import org.jspecify.annotations.NullMarked;
