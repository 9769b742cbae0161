package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.chaincode.InstalledPackage;
import io.denim.ledger.QueryExecutor;
import io.denim.ledger.StateUpdates;
import io.denim.wire.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeEndorsementInfo;
import org.hyperledger.fabric.protos.peer.lifecycle.ChaincodeValidationInfo;
import org.jspecify.annotations.Nullable;

/// Which chaincodes are defined on this peer's channels, whether its organization approved them,
/// and which installed packages serve them. It follows installations and commits (fabric v3.1.5
/// core/chaincode/lifecycle/cache.go). An organization's choice of package is read by its hash, so
/// that a peer knows it even before the private data has reached it.
///
/// Safe for use by any thread; one lock guards all of it. For one channel, commits are told in
/// order by one thread.
public final class LifecycleCache {
  /// What `_lifecycle` is to those who ask for its definition.
  static final ChaincodeDefinition OWN_DEFINITION =
      new ChaincodeDefinition(
          1,
          ChaincodeEndorsementInfo.getDefaultInstance(),
          ChaincodeValidationInfo.getDefaultInstance(),
          CollectionConfigPackage.getDefaultInstance());

  private static final Pattern SEQUENCE_KEY = Pattern.compile("namespaces/fields/([^/]+)/Sequence");

  private final String ownMspId;
  private final List<LifecycleListener> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, Map<String, CachedChaincode>> channels = new TreeMap<>();
  private final Map<ByteString, InstalledPackage> installedByHash = new HashMap<>();

  /// A chaincode's use of a package.
  record Use(String channelId, String chaincode, String version) {}

  /// @param installed the packages that this peer holds at its start
  public LifecycleCache(String ownMspId, List<InstalledPackage> installed) {
    this.ownMspId = ownMspId;
    for (InstalledPackage each : installed) {
      installedByHash.put(hashOf(each.packageId()), each);
    }
  }

  public void addListener(LifecycleListener listener) {
    listeners.add(listener);
  }

  /// Reads what is defined on a channel, when the peer starts or joins.
  ///
  /// @throws LifecycleException if the state cannot be read
  public void initialize(String channelId, QueryExecutor state) throws LifecycleException {
    Set<String> all = new TreeSet<>();
    StructureStore.allMetadata(Structure.NAMESPACES, LifecycleState.of(state))
        .forEach((name, metadata) -> {
          if (metadata.getDatatype().equals(Structure.DEFINITION)) {
            all.add(name);
          }
        });
    refresh(channelId, all, state);
  }

  /// Follows a commit. Must be told of every block whose updates hold `_lifecycle`, before new
  /// simulations begin on its state.
  ///
  /// @param state after the block
  /// @throws LifecycleException if the state cannot be read
  public void blockCommitted(String channelId, StateUpdates updates, QueryExecutor state)
      throws LifecycleException {
    if (!updates.namespaces().contains(LifecycleState.NAMESPACE)) {
      return;
    }
    Set<String> changed = new TreeSet<>();
    for (String key : updates.publicUpdates(LifecycleState.NAMESPACE).keySet()) {
      Matcher sequence = SEQUENCE_KEY.matcher(key);
      if (sequence.matches()) {
        changed.add(sequence.group(1));
      }
    }
    Set<ByteString> approvals =
        updates
            .hashedUpdates(LifecycleState.NAMESPACE, ImplicitCollections.nameFor(ownMspId))
            .keySet();
    synchronized (this) {
      chaincodesOf(channelId)
          .forEach((name, cached) -> {
            if (cached.approvalKeys().stream().anyMatch(approvals::contains)) {
              changed.add(name);
            }
          });
    }
    refresh(channelId, changed, state);
  }

  /// Follows an installation.
  public void installed(String packageId, String label) {
    Set<String> concerned = new TreeSet<>();
    synchronized (this) {
      installedByHash.put(hashOf(packageId), new InstalledPackage(packageId, label));
      for (Use use : uses(packageId)) {
        concerned.add(use.channelId());
      }
    }
    for (LifecycleListener listener : listeners) {
      if (!concerned.isEmpty()) {
        listener.runnable(packageId);
      }
      concerned.forEach(listener::chaincodesChanged);
    }
  }

  /// Everything that is defined on a channel, by name.
  public synchronized List<DefinedChaincode> chaincodes(String channelId) {
    List<DefinedChaincode> defined = new ArrayList<>();
    chaincodesOf(channelId)
        .forEach((name, cached) ->
            defined.add(
                new DefinedChaincode(
                    name,
                    cached.definition().sequence(),
                    cached.definition().endorsementPolicy(),
                    cached.definition().collections(),
                    cached.approved(),
                    serving(cached) != null)));
    return defined;
  }

  /// The installed packages of the chaincodes that this peer can run on a channel, by name.
  public synchronized Map<String, InstalledPackage> runnable(String channelId) {
    Map<String, InstalledPackage> runnable = new TreeMap<>();
    chaincodesOf(channelId)
        .forEach((name, cached) -> {
          InstalledPackage serving = serving(cached);
          if (serving != null && cached.approved()) {
            runnable.put(name, serving);
          }
        });
    return runnable;
  }

  /// What is defined under a name on a channel, as of the last commit.
  public synchronized Optional<ChaincodeDefinition> definition(String channelId, String name) {
    return Optional.ofNullable(chaincodesOf(channelId).get(name)).map(CachedChaincode::definition);
  }

  synchronized @Nullable CachedChaincode cached(String channelId, String name) {
    return chaincodesOf(channelId).get(name);
  }

  synchronized boolean knows(String channelId) {
    return channels.containsKey(channelId);
  }

  /// The installed package that serves a chaincode, if its approval names one that is here.
  synchronized @Nullable InstalledPackage serving(CachedChaincode chaincode) {
    return chaincode.sourceHash().map(installedByHash::get).orElse(null);
  }

  synchronized boolean isInstalled(String packageId) {
    return installedByHash.containsKey(hashOf(packageId));
  }

  /// All installed packages, by id.
  public synchronized List<InstalledPackage> installed() {
    Map<String, InstalledPackage> sorted = new TreeMap<>();
    installedByHash.values().forEach(each -> sorted.put(each.packageId(), each));
    return List.copyOf(sorted.values());
  }

  /// Where a package is in use.
  synchronized List<Use> uses(String packageId) {
    List<Use> uses = new ArrayList<>();
    channels.forEach((channelId, chaincodes) ->
        chaincodes.forEach((name, cached) -> {
          InstalledPackage serving = serving(cached);
          if (serving != null && serving.packageId().equals(packageId)) {
            uses.add(new Use(channelId, name, cached.definition().version()));
          }
        }));
    return uses;
  }

  private void refresh(String channelId, Set<String> names, QueryExecutor state)
      throws LifecycleException {
    Map<String, CachedChaincode> read = new HashMap<>();
    for (String name : names) {
      Optional<CachedChaincode> found = CachedChaincode.read(name, ownMspId, state);
      found.ifPresent(cached -> read.put(name, cached));
    }
    Set<String> runnable = new TreeSet<>();
    Set<String> unused = new TreeSet<>();
    synchronized (this) {
      Map<String, CachedChaincode> chaincodes =
          channels.computeIfAbsent(channelId, _ -> new TreeMap<>());
      for (String name : names) {
        addServing(chaincodes.get(name), unused);
        if (read.containsKey(name)) {
          chaincodes.put(name, read.get(name));
        } else {
          chaincodes.remove(name);
        }
        addServing(read.get(name), runnable);
      }
      unused.removeIf(packageId -> !uses(packageId).isEmpty());
    }
    if (names.isEmpty()) {
      return;
    }
    for (LifecycleListener listener : listeners) {
      runnable.forEach(listener::runnable);
      unused.forEach(listener::unused);
      listener.chaincodesChanged(channelId);
    }
  }

  private void addServing(@Nullable CachedChaincode chaincode, Set<String> packageIds) {
    InstalledPackage serving = chaincode == null ? null : serving(chaincode);
    if (serving != null) {
      packageIds.add(serving.packageId());
    }
  }

  private Map<String, CachedChaincode> chaincodesOf(String channelId) {
    return channels.getOrDefault(channelId, Map.of());
  }

  /// As the field of an approval that names the package is hashed.
  private static ByteString hashOf(String packageId) {
    return Sha256.of(
        Structure.localPackage(packageId).fields().values().iterator().next().toByteString());
  }
}
