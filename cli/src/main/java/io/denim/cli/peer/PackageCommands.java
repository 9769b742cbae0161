package io.denim.cli.peer;

import com.google.protobuf.ByteString;
import io.denim.chaincode.ChaincodePackage;
import io.denim.chaincode.ChaincodePackageException;
import io.denim.chaincode.ChaincodePackager;
import io.denim.cli.ClientException;
import io.denim.cli.command.Flags;
import io.denim.cli.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The commands of `peer lifecycle chaincode` that need no peer (fabric v3.1.5
/// internal/peer/lifecycle/chaincode package.go, calculatepackageid.go).
final class PackageCommands {
  private PackageCommands() {}

  static void pack(Flags flags) throws UsageException, ClientException {
    List<String> words = flags.rest();
    if (words.size() != 1) {
      throw new UsageException("invalid number of args. expected only the output file");
    }
    String path = flags.text("path");
    if (path.isEmpty()) {
      throw new UsageException("chaincode path must be specified");
    }
    String label = flags.text("label");
    if (label.isEmpty()) {
      throw new UsageException("package label must be specified");
    }
    try {
      ByteString packed = ChaincodePackager.pack(Path.of(path), flags.text("lang"), label);
      Files.write(Path.of(words.getFirst()), packed.toByteArray());
    } catch (ChaincodePackageException e) {
      throw new ClientException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new ClientException("error getting chaincode bytes: " + e, e);
    }
  }

  static void packageId(Flags flags) throws UsageException, ClientException {
    List<String> words = flags.rest();
    if (words.size() != 1) {
      throw new UsageException("invalid number of args. expected only the packaged chaincode file");
    }
    ByteString bytes = read(words.getFirst());
    try {
      String label = ChaincodePackage.parse(bytes).metadata().label();
      String id = ChaincodePackage.packageId(label, bytes);
      System.out.println(
          LifecycleCommands.json(flags) ? "{\n\t\"package_id\": \"" + id + "\"\n}" : id);
    } catch (ChaincodePackageException e) {
      throw new ClientException(
          "could not parse as a chaincode install package: " + e.getMessage(), e);
    }
  }

  static ByteString read(String file) throws ClientException {
    try {
      return ByteString.copyFrom(Files.readAllBytes(Path.of(file)));
    } catch (IOException e) {
      throw new ClientException(
          "failed to read chaincode package at '"
              + file
              + "': open "
              + file
              + ": no such file or directory",
          e);
    }
  }
}
