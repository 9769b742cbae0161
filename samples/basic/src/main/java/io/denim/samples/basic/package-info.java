/// The asset-transfer chaincode that a new network starts with.
@NullMarked
package io.denim.samples.basic;

import org.jspecify.annotations.NullMarked;
