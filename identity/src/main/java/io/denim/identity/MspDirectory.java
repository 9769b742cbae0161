package io.denim.identity;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.msp.FabricCryptoConfig;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.FabricNodeOUs;
import org.hyperledger.fabric.protos.msp.FabricOUIdentifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads an MSP directory: each folder's PEM files in order of their names, and `config.yaml`.
///
/// Follows fabric v3.1.5 msp/configbuilder.go.
record MspDirectory(Path root) {
  private static final Logger LOG = LoggerFactory.getLogger(MspDirectory.class);
  private static final long MAX_FILE_BYTES = 4L * 1024 * 1024;

  FabricMSPConfig verifyingConfig(String mspId) throws MspConfigException {
    Path cas = root.resolve("cacerts");
    List<ByteString> roots =
        pemFiles(cas)
            .orElseThrow(() ->
                new MspConfigException(
                    "could not load a valid ca certificate from directory "
                        + cas
                        + ": no such directory"));
    if (roots.isEmpty()) {
      throw new MspConfigException("no ca certificate found in directory " + cas);
    }
    FabricMSPConfig.Builder config =
        FabricMSPConfig.newBuilder()
            .setName(mspId)
            .addAllRootCerts(roots)
            .addAllAdmins(orNone("admincerts"))
            .addAllIntermediateCerts(orNone("intermediatecerts"))
            .addAllRevocationList(orNone("crls"))
            .addAllTlsRootCerts(orNone("tlscacerts"))
            .setCryptoConfig(
                FabricCryptoConfig.newBuilder()
                    .setSignatureHashFamily("SHA2")
                    .setIdentityIdentifierHashFunction("SHA256"));
    if (config.getTlsRootCertsCount() > 0) {
      config.addAllTlsIntermediateCerts(orNone("tlsintermediatecerts"));
    }
    units(config);
    return config.build();
  }

  private List<ByteString> orNone(String folder) throws MspConfigException {
    return pemFiles(root.resolve(folder)).orElse(List.of());
  }

  /// The folder's files that hold PEM; none where there is no folder.
  Optional<List<ByteString>> pemFiles(Path folder) throws MspConfigException {
    if (!Files.exists(folder)) {
      return Optional.empty();
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(entry -> !Files.isDirectory(entry)).sorted().toList();
    } catch (IOException e) {
      throw new MspConfigException("could not read directory " + folder + ": " + e, e);
    }
    List<ByteString> contents = new ArrayList<>();
    for (Path file : files) {
      try {
        ByteString content = read(file);
        if (Pem.decode(content).isEmpty()) {
          throw new IOException("no pem content for file " + file);
        }
        contents.add(content);
      } catch (IOException e) {
        LOG.warn("Failed reading file {}: {}", file, e.getMessage());
      }
    }
    return Optional.of(contents);
  }

  static ByteString read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_FILE_BYTES) {
      throw new IOException("file " + file + " has " + size + " bytes, too many for an MSP");
    }
    return ByteString.copyFrom(Files.readAllBytes(file));
  }

  private void units(FabricMSPConfig.Builder config) throws MspConfigException {
    Path file = root.resolve("config.yaml");
    if (!Files.exists(file)) {
      return;
    }
    Map<?, ?> yaml = yaml(file);
    if (yaml.get("OrganizationalUnitIdentifiers") instanceof List<?> identifiers) {
      for (Object identifier : identifiers) {
        if (identifier instanceof Map<?, ?> entry) {
          config.addOrganizationalUnitIdentifiers(organizationalUnit(entry));
        }
      }
    }
    if (yaml.get("NodeOUs") instanceof Map<?, ?> nodeUnits
        && Boolean.TRUE.equals(nodeUnits.get("Enable"))) {
      config.setFabricNodeOus(nodeUnits(nodeUnits));
    }
  }

  private static Map<?, ?> yaml(Path file) throws MspConfigException {
    try {
      Object tree =
          new Load(LoadSettings.builder().build()).loadFromString(read(file).toStringUtf8());
      return tree instanceof Map<?, ?> map ? map : Map.of();
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException | YamlEngineException e) {
      throw new MspConfigException(
          "failed unmarshalling configuration file at [" + file + "]: " + e.getMessage(), e);
    }
  }

  private FabricOUIdentifier organizationalUnit(Map<?, ?> entry) throws MspConfigException {
    Path certificate = root.resolve(text(entry.get("Certificate")));
    try {
      return FabricOUIdentifier.newBuilder()
          .setCertificate(read(certificate))
          .setOrganizationalUnitIdentifier(text(entry.get("OrganizationalUnitIdentifier")))
          .build();
    } catch (IOException e) {
      throw new MspConfigException(
          "failed loading OrganizationalUnit certificate at [" + certificate + "]: " + e, e);
    }
  }

  private FabricNodeOUs nodeUnits(Map<?, ?> yaml) {
    FabricNodeOUs.Builder units = FabricNodeOUs.newBuilder().setEnable(true);
    nodeUnit(yaml, "ClientOUIdentifier").ifPresent(units::setClientOuIdentifier);
    nodeUnit(yaml, "PeerOUIdentifier").ifPresent(units::setPeerOuIdentifier);
    nodeUnit(yaml, "AdminOUIdentifier").ifPresent(units::setAdminOuIdentifier);
    nodeUnit(yaml, "OrdererOUIdentifier").ifPresent(units::setOrdererOuIdentifier);
    return units.build();
  }

  private Optional<FabricOUIdentifier> nodeUnit(Map<?, ?> yaml, String key) {
    if (!(yaml.get(key) instanceof Map<?, ?> entry)) {
      return Optional.empty();
    }
    String name = text(entry.get("OrganizationalUnitIdentifier"));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    FabricOUIdentifier.Builder unit =
        FabricOUIdentifier.newBuilder().setOrganizationalUnitIdentifier(name);
    String certificate = text(entry.get("Certificate"));
    if (!certificate.isEmpty()) {
      try {
        unit.setCertificate(read(root.resolve(certificate)));
      } catch (IOException e) {
        LOG.warn("Failed loading {} certificate at [{}]: {}", key, certificate, e.toString());
      }
    }
    return Optional.of(unit.build());
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
