/// Counters, gauges and histograms under the names that Fabric gives them, and their two ways out:
/// Prometheus' text format and statsd.
@NullMarked
package io.denim.metrics;

import org.jspecify.annotations.NullMarked;
