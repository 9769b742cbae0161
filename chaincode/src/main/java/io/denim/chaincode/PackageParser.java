package io.denim.chaincode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Takes packages from outside apart.
final class PackageParser {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_METADATA = 64 * 1024;

  private PackageParser() {}

  static ChaincodePackage parse(ByteString bytes) throws ChaincodePackageException {
    if (bytes.size() > ChaincodePackage.MAX_BYTES) {
      throw new ChaincodePackageException(
          "the package has "
              + bytes.size()
              + " bytes, at most "
              + ChaincodePackage.MAX_BYTES
              + " are taken");
    }
    Parts parts = parts(bytes);
    if (parts.code == null) {
      throw new ChaincodePackageException("did not find a code package inside the package");
    }
    if (parts.metadata == null) {
      throw new ChaincodePackageException(
          "did not find any package metadata (missing metadata.json)");
    }
    ChaincodePackage.Metadata metadata = metadata(parts.metadata);
    ChaincodePackage.checkLabel(metadata.label());
    return new ChaincodePackage(metadata, wrap(parts.metadata), wrap(parts.code));
  }

  private static final class Parts {
    byte @Nullable [] metadata;
    byte @Nullable [] code;
  }

  private static Parts parts(ByteString bytes) throws ChaincodePackageException {
    Parts parts = new Parts();
    GZIPInputStream unzipped;
    try {
      unzipped = new GZIPInputStream(bytes.newInput(), 32 * 1024);
    } catch (IOException e) {
      throw new ChaincodePackageException(
          "error reading as gzip stream: " + (bytes.isEmpty() ? "EOF" : "gzip: invalid header"), e);
    }
    try (unzipped) {
      TarReader tar = new TarReader(unzipped, ChaincodePackage.MAX_BYTES + 1024L * 1024);
      for (Optional<TarReader.Entry> next = next(tar); next.isPresent(); next = next(tar)) {
        TarReader.Entry entry = next.get();
        if (entry.kind() != TarReader.Kind.FILE) {
          throw new ChaincodePackageException(
              "tar entry " + entry.name() + " is not a regular file, type " + entry.type());
        }
        switch (entry.name()) {
          case "metadata.json" -> parts.metadata = content(tar, entry, MAX_METADATA);
          case "code.tar.gz" -> parts.code = content(tar, entry, ChaincodePackage.MAX_BYTES);
          default -> {} // upstream, too, only wonders about others
        }
      }
      return parts;
    } catch (IOException e) {
      throw new ChaincodePackageException("error inspecting next tar header: " + e.getMessage(), e);
    }
  }

  private static Optional<TarReader.Entry> next(TarReader tar) throws ChaincodePackageException {
    try {
      return tar.next();
    } catch (IOException e) {
      throw new ChaincodePackageException("error inspecting next tar header: " + e.getMessage(), e);
    }
  }

  private static byte[] content(TarReader tar, TarReader.Entry entry, int most)
      throws ChaincodePackageException {
    try {
      return tar.content(most);
    } catch (IOException e) {
      throw new ChaincodePackageException(
          "could not read " + entry.name() + " from tar: " + e.getMessage(), e);
    }
  }

  private static ChaincodePackage.Metadata metadata(byte[] json) throws ChaincodePackageException {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (IOException e) {
      throw new ChaincodePackageException("could not unmarshal metadata.json as json", e);
    }
    if (!tree.isObject()) {
      throw new ChaincodePackageException(
          "could not unmarshal metadata.json as json: it is not an object");
    }
    return new ChaincodePackage.Metadata(
        field(tree, "type"), field(tree, "path"), field(tree, "label"));
  }

  /// A text field, its name in any case, as Go's parser takes it.
  private static String field(JsonNode object, String name) throws ChaincodePackageException {
    String value = "";
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name) && !field.getValue().isNull()) {
        if (!field.getValue().isTextual()) {
          throw new ChaincodePackageException(
              "could not unmarshal metadata.json as json: " + name + " is not text");
        }
        value = field.getValue().textValue();
      }
    }
    return value;
  }

  private static ByteString wrap(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
