/// Config tree, bundle, capabilities, config updates, genesis blocks.
@NullMarked
package io.denim.channelconfig;

import org.jspecify.annotations.NullMarked;
