/// Protos and canonical bytes, hashes, gRPC and TLS plumbing.
@NullMarked
package io.denim.wire;

import org.jspecify.annotations.NullMarked;
