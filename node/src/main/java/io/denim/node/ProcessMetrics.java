package io.denim.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.denim.metrics.MetricName;
import io.denim.metrics.Metrics;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/// Metrics of the process and its JVM. Dashboards for Fabric read those that Go's client library
/// publishes (`process_…`, `go_goroutines`, `go_memstats_…`), so the nearest figures of the JVM
/// bear their names; what has no counterpart (`go_memstats_mallocs_total` and its like) is left out
/// rather than made up. Nothing is computed before somebody asks.
final class ProcessMetrics {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final int PAGE_BYTES = 4096;

  private ProcessMetrics() {}

  static void register(Metrics metrics) {
    process(metrics);
    go(metrics);
    jvm(metrics);
  }

  private static void process(Metrics metrics) {
    counter(
        metrics,
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds.",
        () -> system(bean -> (double) bean.getProcessCpuTime()) / NANOS);
    gauge(
        metrics,
        "process_open_fds",
        "Number of open file descriptors.",
        () -> system(bean -> (double) bean.getOpenFileDescriptorCount()));
    gauge(
        metrics,
        "process_max_fds",
        "Maximum number of open file descriptors.",
        () -> system(bean -> (double) bean.getMaxFileDescriptorCount()));
    gauge(
        metrics,
        "process_virtual_memory_bytes",
        "Virtual memory size in bytes.",
        () -> pages(0) * PAGE_BYTES);
    gauge(
        metrics,
        "process_resident_memory_bytes",
        "Resident memory size in bytes.",
        () -> pages(1) * PAGE_BYTES);
    gauge(
        metrics,
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.",
        () -> (double) ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
  }

  private static void go(Metrics metrics) {
    metrics
        .gauge(MetricName.of("go_info", "What runs in Go's place.", "version"))
        .series("java" + Runtime.version())
        .set(1);
    gauge(
        metrics,
        "go_goroutines",
        "Number of live threads; virtual ones that wait are not counted.",
        ProcessMetrics::threads);
    gauge(metrics, "go_threads", "Number of OS threads.", ProcessMetrics::threads);
    gauge(
        metrics,
        "go_memstats_alloc_bytes",
        "Number of heap bytes allocated and still in use.",
        () -> (double) heap().getUsed());
    counter(
        metrics,
        "go_memstats_alloc_bytes_total",
        "Total number of heap bytes allocated, even if freed.",
        ProcessMetrics::allocated);
    gauge(
        metrics,
        "go_memstats_heap_alloc_bytes",
        "Number of heap bytes allocated and still in use.",
        () -> (double) heap().getUsed());
    gauge(
        metrics,
        "go_memstats_heap_inuse_bytes",
        "Number of heap bytes that are in use.",
        () -> (double) heap().getUsed());
    gauge(
        metrics,
        "go_memstats_heap_idle_bytes",
        "Number of heap bytes waiting to be used.",
        () -> (double) (heap().getCommitted() - heap().getUsed()));
    gauge(
        metrics,
        "go_memstats_heap_sys_bytes",
        "Number of heap bytes obtained from system.",
        () -> (double) heap().getCommitted());
    gauge(
        metrics,
        "go_memstats_sys_bytes",
        "Number of bytes obtained from system.",
        () -> (double) (heap().getCommitted() + memory().getNonHeapMemoryUsage().getCommitted()));
    gauge(
        metrics,
        "go_memstats_next_gc_bytes",
        "Number of heap bytes that may be in use at most.",
        () -> (double) heap().getMax());
  }

  private static void jvm(Metrics metrics) {
    gauge(
        metrics,
        "jvm_memory_heap_used_bytes",
        "Heap in use, in bytes.",
        () -> (double) heap().getUsed());
    gauge(
        metrics,
        "jvm_memory_heap_max_bytes",
        "The most that the heap may grow to, in bytes.",
        () -> (double) heap().getMax());
    gauge(
        metrics,
        "jvm_memory_nonheap_used_bytes",
        "Memory of the JVM in use beside the heap, in bytes.",
        () -> (double) memory().getNonHeapMemoryUsage().getUsed());
    counter(
        metrics,
        "jvm_gc_collections_total",
        "Number of garbage collections.",
        () -> collections(bean -> (double) bean.getCollectionCount()));
    counter(
        metrics,
        "jvm_gc_seconds_total",
        "Time spent in garbage collections, in seconds.",
        () -> collections(bean -> (double) bean.getCollectionTime()) / MILLIS);
    gauge(
        metrics,
        "jvm_classes_loaded",
        "Number of loaded classes.",
        () -> (double) ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
  }

  private static void gauge(Metrics metrics, String name, String help, DoubleSupplier value) {
    metrics.gauge(MetricName.of(name, help), value);
  }

  private static void counter(Metrics metrics, String name, String help, DoubleSupplier value) {
    metrics.counter(MetricName.of(name, help), value);
  }

  private static double system(ToDoubleFunction<UnixOperatingSystemMXBean> value) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean
        ? value.applyAsDouble(bean)
        : 0;
  }

  private static double threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static double allocated() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean
        ? (double) bean.getTotalThreadAllocatedBytes()
        : 0;
  }

  private static double collections(ToDoubleFunction<GarbageCollectorMXBean> value) {
    double total = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      total += value.applyAsDouble(bean);
    }
    return total;
  }

  private static MemoryMXBean memory() {
    return ManagementFactory.getMemoryMXBean();
  }

  private static MemoryUsage heap() {
    return memory().getHeapMemoryUsage();
  }

  /// A field of Linux' statm; 0 elsewhere.
  private static double pages(int field) {
    try {
      return Double.parseDouble(List.of(Files.readString(STATM).split(" ", -1)).get(field));
    } catch (IOException e) {
      return 0;
    }
  }
}
