package io.denim.lifecycle;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodePackage;
import io.denim.chaincode.ChaincodePackageException;
import io.denim.chaincode.ChaincodeStarter;
import io.denim.chaincode.InstalledPackage;
import io.denim.chaincode.LaunchException;
import io.denim.chaincode.PackageStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.GetInstalledChaincodePackageResult;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.InstallChaincodeResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodeArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodeResult;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryInstalledChaincodesResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Packages of this peer: installing, listing, handing out. One package is installed at a time.
final class Installations {
  private static final Logger LOG = LoggerFactory.getLogger("lifecycle");

  private final LifecycleCache cache;
  private final PackageStore store;
  private final ChaincodeStarter builder;
  private final ReentrantLock installing = new ReentrantLock();

  Installations(LifecycleCache cache, PackageStore store, ChaincodeStarter builder) {
    this.cache = cache;
    this.store = store;
    this.builder = builder;
  }

  /// Builds the package as well, so that whoever installs it learns what is wrong with it.
  InstallChaincodeResult install(InstallChaincodeArgs arguments) throws LifecycleException {
    ByteString bytes = arguments.getChaincodeInstallPackage();
    String label;
    try {
      label = ChaincodePackage.parse(bytes).metadata().label();
    } catch (ChaincodePackageException e) {
      throw new LifecycleException(
          "could not parse as a chaincode install package: " + e.getMessage(), e);
    }
    String packageId = ChaincodePackage.packageId(label, bytes);
    installing.lock();
    try {
      if (cache.isInstalled(packageId)) {
        throw new LifecycleException(
            "chaincode already successfully installed (package ID '" + packageId + "')");
      }
      store.save(label, bytes);
      build(packageId);
    } catch (IOException e) {
      throw new LifecycleException("could not save cc install package: " + e.getMessage(), e);
    } finally {
      installing.unlock();
    }
    cache.installed(packageId, label);
    LOG.info("Successfully installed chaincode with package ID '{}'", packageId);
    return InstallChaincodeResult.newBuilder().setLabel(label).setPackageId(packageId).build();
  }

  QueryInstalledChaincodeResult queryOne(QueryInstalledChaincodeArgs arguments)
      throws LifecycleException {
    String packageId = arguments.getPackageId();
    for (InstalledPackage installed : cache.installed()) {
      if (installed.packageId().equals(packageId)) {
        QueryInstalledChaincodeResult.Builder result =
            QueryInstalledChaincodeResult.newBuilder()
                .setLabel(installed.label())
                .setPackageId(packageId);
        Map<String, QueryInstalledChaincodeResult.References.Builder> byChannel = new TreeMap<>();
        for (LifecycleCache.Use use : cache.uses(packageId)) {
          byChannel
              .computeIfAbsent(
                  use.channelId(), _ -> QueryInstalledChaincodeResult.References.newBuilder())
              .addChaincodes(
                  QueryInstalledChaincodeResult.Chaincode.newBuilder()
                      .setName(use.chaincode())
                      .setVersion(use.version()));
        }
        byChannel.forEach((channel, uses) -> result.putReferences(channel, uses.build()));
        return result.build();
      }
    }
    throw new LifecycleException("could not find chaincode with package id '" + packageId + "'");
  }

  QueryInstalledChaincodesResult queryAll() {
    QueryInstalledChaincodesResult.Builder result = QueryInstalledChaincodesResult.newBuilder();
    for (InstalledPackage installed : cache.installed()) {
      result.addInstalledChaincodes(
          QueryInstalledChaincodesResult.InstalledChaincode.newBuilder()
              .setLabel(installed.label())
              .setPackageId(installed.packageId())
              .putAllReferences(references(cache.uses(installed.packageId()))));
    }
    return result.build();
  }

  GetInstalledChaincodePackageResult getPackage(GetInstalledChaincodePackageArgs arguments)
      throws LifecycleException {
    Optional<ByteString> bytes;
    try {
      bytes = store.load(arguments.getPackageId());
    } catch (IOException e) {
      throw new LifecycleException("could not load cc install package: " + e.getMessage(), e);
    }
    return GetInstalledChaincodePackageResult.newBuilder()
        .setChaincodeInstallPackage(
            bytes.orElseThrow(() ->
                new LifecycleException(
                    "could not load cc install package: chaincode install package '"
                        + arguments.getPackageId()
                        + "' not found")))
        .build();
  }

  private void build(String packageId) throws LifecycleException, IOException {
    try {
      builder.build(packageId);
    } catch (LaunchException e) {
      store.delete(packageId);
      throw new LifecycleException("could not build chaincode: " + e.getMessage(), e);
    }
  }

  private static Map<String, QueryInstalledChaincodesResult.References> references(
      List<LifecycleCache.Use> uses) {
    Map<String, QueryInstalledChaincodesResult.References.Builder> byChannel = new TreeMap<>();
    for (LifecycleCache.Use use : uses) {
      byChannel
          .computeIfAbsent(
              use.channelId(), _ -> QueryInstalledChaincodesResult.References.newBuilder())
          .addChaincodes(
              QueryInstalledChaincodesResult.Chaincode.newBuilder()
                  .setName(use.chaincode())
                  .setVersion(use.version()));
    }
    Map<String, QueryInstalledChaincodesResult.References> built = new HashMap<>();
    byChannel.forEach((channel, references) -> built.put(channel, references.build()));
    return built;
  }
}
