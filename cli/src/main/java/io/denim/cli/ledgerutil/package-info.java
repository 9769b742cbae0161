/// The `ledgerutil` executable.
@NullMarked
package io.denim.cli.ledgerutil;

import org.jspecify.annotations.NullMarked;
