/// Packages, launching, the shim protocol, system chaincode ports.
@NullMarked
package io.denim.chaincode;

import org.jspecify.annotations.NullMarked;
