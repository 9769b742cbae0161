package io.denim.chaincode;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The installed packages of a peer, one file each, named `label.hash.tar.gz` (fabric v3.1.5
/// core/chaincode/persistence/persistence.go). The folder is the state; safe for use by any thread.
public final class PackageStore {
  private static final Pattern FILE = Pattern.compile("(.+)\\.([0-9a-f]{64})\\.tar\\.gz");
  private static final Pattern ID = Pattern.compile("([A-Za-z0-9][A-Za-z0-9_.+-]*):([0-9a-f]{64})");

  private final Path folder;

  private PackageStore(Path folder) {
    this.folder = folder;
  }

  /// @param folder `lifecycle/chaincodes` below the peer's own; made if absent
  /// @throws IOException if it cannot be made
  public static PackageStore open(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new PackageStore(folder);
  }

  /// Keeps a package that was parsed before; nothing happens if it is there already. It is on disk,
  /// whole, when this returns.
  ///
  /// @return the package's id
  /// @throws IOException if it cannot be written
  public String save(String label, ByteString bytes) throws IOException {
    String id = ChaincodePackage.packageId(label, bytes);
    Path target = folder.resolve(fileName(id));
    if (Files.exists(target)) {
      return id;
    }
    Path draft = Files.createTempFile(folder, ".ccpackage.", "");
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        for (var buffer : bytes.asReadOnlyByteBufferList()) {
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }
        channel.force(true);
      }
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
    return id;
  }

  /// The package's bytes, empty if it is not installed.
  ///
  /// @throws IOException if it cannot be read
  public Optional<ByteString> load(String packageId) throws IOException {
    if (!ID.matcher(packageId).matches()) {
      return Optional.empty();
    }
    Path file = folder.resolve(fileName(packageId));
    return Files.exists(file)
        ? Optional.of(UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)))
        : Optional.empty();
  }

  /// Removes a package, if it is there.
  ///
  /// @throws IOException if it cannot be removed
  public void delete(String packageId) throws IOException {
    if (ID.matcher(packageId).matches()) {
      Files.deleteIfExists(folder.resolve(fileName(packageId)));
    }
  }

  /// All installed packages by id.
  ///
  /// @throws IOException if the folder cannot be read
  public List<InstalledPackage> list() throws IOException {
    List<InstalledPackage> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          found.add(new InstalledPackage(name.group(1) + ":" + name.group(2), name.group(1)));
        }
      }
    }
    found.sort(Comparator.comparing(InstalledPackage::packageId));
    return found;
  }

  private static String fileName(String packageId) {
    return packageId.replaceFirst(":", ".") + ".tar.gz";
  }
}
