/// The peer node: wiring, the commit pipeline, qscc and cscc.
@NullMarked
package io.denim.peer;

import org.jspecify.annotations.NullMarked;
