package io.denim.chaincode.launch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodePackage;
import io.denim.chaincode.ChaincodePackageException;
import io.denim.chaincode.LaunchException;
import io.denim.chaincode.PackageStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Builds packages and keeps what came of it, one folder for each package with `build-info.json`,
/// `bld` and `release`, as Fabric keeps the work of external builders (fabric v3.1.5
/// core/container/externalbuilder/externalbuilder.go). Operators' builders are asked first, then
/// the built-in ones. Safe for use by any thread; one package is built by one thread, others wait.
final class Builds {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final PackageStore store;
  private final List<Builder> builders;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /// A finished build.
  record Built(Builder builder, Path output, Path release) {
    /// How to reach it, if it is a server.
    Optional<ChaincodeServer> server() throws LaunchException {
      Path file = ChaincodeServer.file(release);
      return Files.exists(file) ? Optional.of(ChaincodeServer.read(file)) : Optional.empty();
    }
  }

  Builds(LaunchSettings settings, PackageStore store, Processes processes) throws IOException {
    this.folder = settings.buildFolder();
    this.store = store;
    this.builders = builders(settings, processes);
    Files.createDirectories(folder);
    clearDrafts();
  }

  /// The package's build, made now if it is not there.
  Built build(String packageId) throws LaunchException {
    ReentrantLock lock = locks.computeIfAbsent(packageId, _ -> new ReentrantLock());
    try {
      lock.lockInterruptibly();
      try {
        Optional<Built> known = known(packageId);
        return known.isPresent() ? known.get() : make(packageId);
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException("interrupted while building " + packageId, e);
    } catch (IOException e) {
      throw new LaunchException("error building chaincode: error building image: " + e, e);
    }
  }

  private Optional<Built> known(String packageId) throws LaunchException, IOException {
    Path kept = kept(packageId);
    Path info = kept.resolve("build-info.json");
    if (!Files.exists(info)) {
      return Optional.empty();
    }
    String name = JSON.readTree(Files.readAllBytes(info)).path("builder_name").asText();
    for (Builder builder : builders) {
      if (builder.name().equals(name)) {
        return Optional.of(built(builder, kept));
      }
    }
    throw new LaunchException(
        "chaincode '"
            + packageId
            + "' was already built with builder '"
            + name
            + "', but that builder is no longer available");
  }

  private Built make(String packageId) throws LaunchException, IOException, InterruptedException {
    ByteString bytes =
        store
            .load(packageId)
            .orElseThrow(() ->
                new LaunchException("chaincode install package '" + packageId + "' not found"));
    Path draft = Files.createTempDirectory(folder, ".draft-");
    try {
      BuildContext context = unpack(packageId, bytes, draft);
      Builder builder = detect(context);
      builder.build(context);
      Folders.remove(context.source());
      Folders.remove(context.metadataFolder());
      Files.write(
          draft.resolve("build-info.json"),
          JSON.writeValueAsBytes(Map.of("builder_name", builder.name())));
      Path kept = kept(packageId);
      Folders.remove(kept);
      Files.move(draft, kept, StandardCopyOption.ATOMIC_MOVE);
      return built(builder, kept);
    } catch (ChaincodePackageException e) {
      throw new LaunchException(
          "could not create build context: could not untar source package: " + e.getMessage(), e);
    } finally {
      Folders.removeQuietly(draft);
    }
  }

  private static BuildContext unpack(String packageId, ByteString bytes, Path draft)
      throws ChaincodePackageException, IOException {
    ChaincodePackage parsed = ChaincodePackage.parse(bytes);
    BuildContext context =
        new BuildContext(
            packageId,
            parsed.metadata(),
            Files.createDirectory(draft.resolve("src")),
            Files.createDirectory(draft.resolve("metadata")),
            Files.createDirectory(draft.resolve("bld")),
            Files.createDirectory(draft.resolve("release")));
    Files.write(
        context.metadataFolder().resolve("metadata.json"), parsed.metadataJson().toByteArray());
    parsed.unpackCode(context.source());
    return context;
  }

  private Builder detect(BuildContext context) throws LaunchException, InterruptedException {
    for (Builder builder : builders) {
      if (builder.detects(context)) {
        return builder;
      }
    }
    throw new LaunchException(
        "chaincode type '"
            + context.metadata().type()
            + "' of "
            + context.packageId()
            + " is not known: it is none of ccaas, golang, java, node, and no external builder"
            + " detected it");
  }

  private Path kept(String packageId) {
    return folder.resolve(packageId.replaceAll("[<>:\"/\\\\|?*&]", "-"));
  }

  private static Built built(Builder builder, Path kept) {
    return new Built(builder, kept.resolve("bld"), kept.resolve("release"));
  }

  /// Removes what an earlier run of the peer left unfinished.
  private void clearDrafts() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".{draft,run}-*")) {
      left.forEach(Folders::removeQuietly);
    }
  }

  private static List<Builder> builders(LaunchSettings settings, Processes processes) {
    List<Builder> builders = new ArrayList<>();
    for (ExternalBuilder external : settings.externalBuilders()) {
      builders.add(new ExternalBuild(external, processes, settings.buildTimeout()));
    }
    SourceBuild sources = new SourceBuild(processes, settings.buildTimeout());
    String templates = System.getenv("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG");
    builders.add(new CcaasBuild(templates == null ? "" : templates));
    builders.add(new GoBuild(sources));
    builders.add(new JavaBuild(sources));
    builders.add(new NodeBuild(sources));
    return builders;
  }
}
