/// Block, filtered-block and private-data streams under access control.
@NullMarked
package io.denim.deliver;

import org.jspecify.annotations.NullMarked;
