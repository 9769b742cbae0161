/// The `discover` executable.
@NullMarked
package io.denim.cli.discover;

import org.jspecify.annotations.NullMarked;
