/// Ordering by Raft, so that Denim's and Fabric's orderers form one cluster.
@NullMarked
package io.denim.order.etcdraft;

import org.jspecify.annotations.NullMarked;
