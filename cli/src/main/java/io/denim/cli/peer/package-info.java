/// The `peer` executable, but for `peer node`.
@NullMarked
package io.denim.cli.peer;

import org.jspecify.annotations.NullMarked;
