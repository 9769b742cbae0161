/// Building packages and starting them: chaincode servers, external builders, and Go, Node and Java
/// sources as local processes.
@NullMarked
package io.denim.chaincode.launch;

import org.jspecify.annotations.NullMarked;
