/// The `osnadmin` executable.
@NullMarked
package io.denim.cli.osnadmin;

import org.jspecify.annotations.NullMarked;
