/// Asking other peers for private data, and answering them.
@NullMarked
package io.denim.gossip.privdata;

import org.jspecify.annotations.NullMarked;
