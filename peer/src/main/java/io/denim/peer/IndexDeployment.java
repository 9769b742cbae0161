package io.denim.peer;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodePackage;
import io.denim.chaincode.ChaincodePackageException;
import io.denim.chaincode.InstalledPackage;
import io.denim.chaincode.PackageStore;
import io.denim.ledger.ChaincodeIndexes;
import io.denim.ledger.LedgerException;
import io.denim.lifecycle.LifecycleCache;
import io.denim.lifecycle.LifecycleListener;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the indexes that packages define, as soon as a chaincode is defined, approved and
/// installed on a channel, and when the peer starts (fabric v3.1.5
/// core/chaincode/lifecycle/event_broker.go). What cannot be made is told in the log; the chaincode
/// works without it. Safe for use by any thread.
final class IndexDeployment implements LifecycleListener {
  private static final Logger LOG = LoggerFactory.getLogger(IndexDeployment.class);

  private final PeerChannels channels;
  private final LifecycleCache cache;
  private final PackageStore packages;

  /// The package whose indexes a channel's chaincode got last.
  private final Map<Chaincode, String> deployed = new HashMap<>();

  private record Chaincode(String channelId, String name) {}

  IndexDeployment(PeerChannels channels, LifecycleCache cache, PackageStore packages) {
    this.channels = channels;
    this.cache = cache;
    this.packages = packages;
  }

  @Override
  public synchronized void chaincodesChanged(String channelId) {
    Optional<PeerChannel> channel = channels.channel(channelId);
    if (channel.isEmpty()) {
      return;
    }
    for (Map.Entry<String, InstalledPackage> each : cache.runnable(channelId).entrySet()) {
      Chaincode chaincode = new Chaincode(channelId, each.getKey());
      String packageId = each.getValue().packageId();
      if (!packageId.equals(deployed.put(chaincode, packageId))) {
        deploy(channel.get(), each.getKey(), packageId);
      }
    }
  }

  private void deploy(PeerChannel channel, String chaincode, String packageId) {
    try {
      Optional<ByteString> bytes = packages.load(packageId);
      if (bytes.isEmpty()) {
        return;
      }
      ChaincodeIndexes indexes =
          ChaincodeIndexes.among(chaincode, ChaincodePackage.parse(bytes.get()).metadataFiles());
      if (!indexes.isEmpty()) {
        channel.ledger().deployIndexes(indexes);
      }
    } catch (IOException | ChaincodePackageException | LedgerException e) {
      LOG.error(
          "[channel: {}] cannot make the indexes of chaincode {} from package {}: {}",
          channel.id(),
          chaincode,
          packageId,
          e.getMessage());
    }
  }

  @Override
  public void runnable(String packageId) {}

  @Override
  public void unused(String packageId) {}
}
