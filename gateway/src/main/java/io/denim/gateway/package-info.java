/// What clients talk to: the gateway and discovery services.
@NullMarked
package io.denim.gateway;

import org.jspecify.annotations.NullMarked;
