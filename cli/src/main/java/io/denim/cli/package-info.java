/// The command-line tools.
@NullMarked
package io.denim.cli;

import org.jspecify.annotations.NullMarked;
