/// The certificate authority: its server and its command-line client.
@NullMarked
package io.denim.ca;

import org.jspecify.annotations.NullMarked;
