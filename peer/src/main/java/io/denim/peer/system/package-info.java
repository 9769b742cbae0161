/// System chaincodes that answer from ledgers and configurations: qscc, cscc, lscc.
@NullMarked
package io.denim.peer.system;

import org.jspecify.annotations.NullMarked;
