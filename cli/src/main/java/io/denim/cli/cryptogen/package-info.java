/// The `cryptogen` executable.
@NullMarked
package io.denim.cli.cryptogen;

import org.jspecify.annotations.NullMarked;
