/// Signed proposal to signed response.
@NullMarked
package io.denim.endorse;

import org.jspecify.annotations.NullMarked;
