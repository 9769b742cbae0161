package io.denim.ca;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/// Identities, affiliations and certificates of one CA, kept in memory and in a journal. Safe for
/// use by any thread: one lock guards both, and is held while the journal syncs.
final class Registry implements AutoCloseable {
  private static final int SUPERFLUOUS_LINES = 1000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, CaIdentity> identities = new LinkedHashMap<>();
  private final TreeSet<String> affiliations = new TreeSet<>();
  private final Map<IssuedCertificate.Key, IssuedCertificate> certificates = new LinkedHashMap<>();
  private final Journal journal;

  private Registry(Journal journal) {
    this.journal = journal;
  }

  /// Opens what is in a file, or begins anew.
  ///
  /// @throws IOException if the file cannot be used
  static Registry open(Path file) throws IOException {
    Journal.Opened opened = Journal.open(file);
    Registry registry = new Registry(opened.journal());
    try {
      for (String line : opened.changes()) {
        RegistryChange.decode(line).forEach(registry::take);
      }
      if (opened.changes().size() > 2 * registry.size() + SUPERFLUOUS_LINES) {
        opened.journal().replace(registry.shortest());
      }
      return registry;
    } catch (IOException | IllegalArgumentException e) {
      opened.journal().close();
      throw new IOException(file + " cannot be used: " + e.getMessage(), e);
    }
  }

  /// Reads, and writes what it wants to be changed.
  @FunctionalInterface
  interface Transaction<T> {
    /// @param changes takes what shall change, all of it or nothing
    T run(List<RegistryChange> changes) throws CaRefusal;
  }

  /// Runs a transaction while nothing else changes.
  ///
  /// @throws IOException if the changes cannot be stored; then they do not count
  <T> T transact(Transaction<T> transaction) throws CaRefusal, IOException {
    lock.lock();
    try {
      List<RegistryChange> changes = new ArrayList<>();
      T result = transaction.run(changes);
      if (!changes.isEmpty()) {
        journal.append(RegistryChange.encode(changes));
        changes.forEach(this::take);
      }
      return result;
    } finally {
      lock.unlock();
    }
  }

  Optional<CaIdentity> identity(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(identities.get(id));
    } finally {
      lock.unlock();
    }
  }

  List<CaIdentity> identities() {
    lock.lock();
    try {
      return List.copyOf(identities.values());
    } finally {
      lock.unlock();
    }
  }

  boolean hasAffiliation(String name) {
    lock.lock();
    try {
      return affiliations.contains(name);
    } finally {
      lock.unlock();
    }
  }

  /// All affiliations at a name and below it, in order; all there are for the empty name.
  List<String> affiliations(String above) {
    lock.lock();
    try {
      List<String> found = new ArrayList<>();
      for (String name : affiliations) {
        if (above.isEmpty() || name.equals(above) || name.startsWith(above + ".")) {
          found.add(name);
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  Optional<IssuedCertificate> certificate(IssuedCertificate.Key key) {
    lock.lock();
    try {
      return Optional.ofNullable(certificates.get(key));
    } finally {
      lock.unlock();
    }
  }

  List<IssuedCertificate> certificates() {
    lock.lock();
    try {
      return List.copyOf(certificates.values());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      journal.close();
    } finally {
      lock.unlock();
    }
  }

  private int size() {
    return identities.size() + affiliations.size() + certificates.size();
  }

  private List<String> shortest() {
    List<String> lines = new ArrayList<>();
    affiliations.forEach(each -> lines.add(line(new RegistryChange.PutAffiliation(each))));
    identities.values().forEach(each -> lines.add(line(new RegistryChange.PutIdentity(each))));
    certificates.values().forEach(each -> lines.add(line(new RegistryChange.PutCertificate(each))));
    return lines;
  }

  private static String line(RegistryChange change) {
    return RegistryChange.encode(List.of(change));
  }

  private void take(RegistryChange change) {
    switch (change) {
      case RegistryChange.PutIdentity put -> identities.put(put.identity().id(), put.identity());
      case RegistryChange.RemoveIdentity remove -> identities.remove(remove.id());
      case RegistryChange.PutAffiliation put -> affiliations.add(put.name());
      case RegistryChange.RemoveAffiliation remove -> affiliations.remove(remove.name());
      case RegistryChange.PutCertificate put ->
          certificates.put(put.certificate().key(), put.certificate());
    }
  }
}
