/// What every node process has: settings, logging, metrics and the operations service.
@NullMarked
package io.denim.node;

import org.jspecify.annotations.NullMarked;
