/// Benchmarks of single steps of a transaction's way, with JMH. The whole way is measured by `denim
/// bench` against a running network.
@NullMarked
package io.denim.benchmarks;

import org.jspecify.annotations.NullMarked;
