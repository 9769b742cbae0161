/// The _lifecycle chaincode: definitions, approvals, collections.
@NullMarked
package io.denim.lifecycle;

import org.jspecify.annotations.NullMarked;
