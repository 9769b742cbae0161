package io.denim.ca;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The registries of one server's CAs, each file opened once: CAs whose settings name the same file
/// have their identities and affiliations in common, as those that share a database upstream
/// (fabric-ca v1.5 lib/ca.go). Owned by one thread at a time, as its server sees to.
final class Registries implements AutoCloseable {
  private final Map<Path, Registry> open = new HashMap<>();

  /// The registry in a file, which is opened or begun if it is not open.
  ///
  /// @throws IOException if the file cannot be used, or another process has it
  Registry at(Path file) throws IOException {
    Path whole = file.toAbsolutePath().normalize();
    Registry registry = open.get(whole);
    if (registry == null) {
      registry = Registry.open(whole);
      open.put(whole, registry);
    }
    return registry;
  }

  @Override
  public void close() throws IOException {
    for (Registry registry : open.values()) {
      registry.close();
    }
    open.clear();
  }
}
