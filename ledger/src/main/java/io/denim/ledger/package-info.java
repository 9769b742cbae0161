/// Block files, world state, history, private data, simulator, MVCC, snapshots.
@NullMarked
package io.denim.ledger;

import org.jspecify.annotations.NullMarked;
