/// A block to one validation code for each transaction.
@NullMarked
package io.denim.validate;

import org.jspecify.annotations.NullMarked;
