/// How Fabric's executables take their arguments and answer.
@NullMarked
package io.denim.cli.command;

import org.jspecify.annotations.NullMarked;
