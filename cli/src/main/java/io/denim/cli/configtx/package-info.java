/// The `configtxgen` and `configtxlator` executables.
@NullMarked
package io.denim.cli.configtx;

import org.jspecify.annotations.NullMarked;
