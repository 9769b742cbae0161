/// Raft and BFT as pure state machines.
@NullMarked
package io.denim.consensus;

import org.jspecify.annotations.NullMarked;
