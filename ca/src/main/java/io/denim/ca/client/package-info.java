/// The command-line client of Fabric's CA.
@NullMarked
package io.denim.ca.client;

import org.jspecify.annotations.NullMarked;
