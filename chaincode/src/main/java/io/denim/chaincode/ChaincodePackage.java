package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// An installable chaincode package taken apart: `metadata.json` and `code.tar.gz` in a gzipped tar
/// (fabric v3.1.5 core/chaincode/persistence/chaincode_package.go).
///
/// @param metadataJson `metadata.json` as it came, for external builders
/// @param code `code.tar.gz` as it came
public record ChaincodePackage(Metadata metadata, ByteString metadataJson, ByteString code) {
  /// What a package may weigh, packed.
  public static final int MAX_BYTES = 100 * 1024 * 1024;

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.+-]*");

  /// @param type `golang`, `node`, `java`, `ccaas`, or what an external builder knows
  /// @param path where the main package is in the code, for Go
  public record Metadata(String type, String path, String label) {
    /// The type in lower case, for comparing.
    public String kind() {
      return type.toLowerCase(Locale.ROOT);
    }
  }

  /// Takes a package apart and checks it.
  ///
  /// @throws ChaincodePackageException with Fabric's text
  public static ChaincodePackage parse(ByteString bytes) throws ChaincodePackageException {
    return PackageParser.parse(bytes);
  }

  /// Unpacks the code below a folder. Nothing is written outside of it, and only files and folders.
  ///
  /// @throws ChaincodePackageException if the code is malformed, too large or tries to escape
  /// @throws IOException if the folder cannot be written
  public void unpackCode(Path folder) throws ChaincodePackageException, IOException {
    CodeArchive.unpack(code, folder);
  }

  /// The files below `META-INF/` in the code, by path (fabric v3.1.5
  /// core/common/ccprovider/metadata.go).
  ///
  /// @throws ChaincodePackageException if the code is malformed or its metadata too large
  public Map<String, ByteString> metadataFiles() throws ChaincodePackageException {
    return CodeArchive.files(code, "META-INF/");
  }

  /// Checks a label.
  ///
  /// @throws ChaincodePackageException with Fabric's text
  public static void checkLabel(String label) throws ChaincodePackageException {
    if (!LABEL.matcher(label).matches()) {
      throw new ChaincodePackageException(
          "invalid label '"
              + label
              + "'. Label must be non-empty, can only consist of alphanumerics, symbols from"
              + " '.+-_', and can only begin with alphanumerics");
    }
  }

  /// `label:hash`, with the hash over the whole package.
  public static String packageId(String label, ByteString bytes) {
    return label + ":" + Sha256.hex(bytes);
  }
}
