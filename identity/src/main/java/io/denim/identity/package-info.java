/// Keys, certificates, MSPs, signing and verifying, principals.
@NullMarked
package io.denim.identity;

import org.jspecify.annotations.NullMarked;
