/// A whole network in one JVM, the test extension, end-to-end and architecture tests.
@NullMarked
package io.denim.testnet;

import org.jspecify.annotations.NullMarked;
