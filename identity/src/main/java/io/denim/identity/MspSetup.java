package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hyperledger.fabric.protos.common.MSPRole.MSPRoleType;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.FabricNodeOUs;
import org.hyperledger.fabric.protos.msp.FabricOUIdentifier;

/// Sets one MSP up from its configuration, in Fabric's order of checks. Owned by the calling
/// thread, used once.
///
/// Follows fabric v3.1.5 msp/mspimplsetup.go.
final class MspSetup {
  private final FabricMSPConfig config;
  private final MspVersion version;
  private final SignatureVerifier verifier;
  private final boolean fourRoles;

  MspSetup(FabricMSPConfig config, MspVersion version, SignatureVerifier verifier) {
    this.config = config;
    this.version = version;
    this.verifier = verifier;
    this.fourRoles = version.compareTo(MspVersion.V1_4_3) >= 0;
  }

  Msp run() throws MspConfigException {
    try {
      return build();
    } catch (RefusedException e) {
      throw new MspConfigException(e.reason());
    }
  }

  private Msp build() throws MspConfigException, RefusedException {
    HashFunction identityHash =
        HashFunction.named(
            orElse(config.getCryptoConfig().getIdentityIdentifierHashFunction(), "SHA256"));
    HashFunction signatureHash =
        HashFunction.ofFamily(orElse(config.getCryptoConfig().getSignatureHashFamily(), "SHA2"));
    CertificateChains cas = cas();
    List<RevocationList> revocations = revocations();
    CertificateChains chains = finalized(cas, revocations);
    checkTlsCas(revocations);
    CertifierPaths paths = new CertifierPaths(chains, identityHash);
    Map<String, List<ByteString>> units = units(paths);
    NodeUnits nodeUnits = nodeUnits(paths);
    List<Certificate> admins = admins(chains, nodeUnits);
    MspDefinition definition =
        new MspDefinition(
            config,
            version,
            identityHash,
            signatureHash,
            chains,
            revocations,
            Set.copyOf(admins),
            nodeUnits,
            units);
    Msp msp = new Msp(definition, verifier);
    checkAdmins(msp, admins);
    return msp;
  }

  private static String orElse(String value, String otherwise) {
    return value.isEmpty() ? otherwise : value;
  }

  /// The CAs, each sanitized over the CAs as they came.
  private CertificateChains cas() throws RefusedException {
    if (config.getRootCertsCount() == 0) {
      throw new RefusedException("expected at least one CA certificate");
    }
    List<Certificate> roots = parseAll(config.getRootCertsList());
    List<Certificate> intermediates = parseAll(config.getIntermediateCertsList());
    CertificateChains raw = CertificateChains.over(roots, intermediates);
    return CertificateChains.over(sanitizeAll(raw, roots), sanitizeAll(raw, intermediates));
  }

  private static List<Certificate> parseAll(List<ByteString> pems) throws RefusedException {
    List<Certificate> certificates = new ArrayList<>();
    for (ByteString pem : pems) {
      certificates.add(parse(pem));
    }
    return certificates;
  }

  static Certificate parse(ByteString pem) throws RefusedException {
    Optional<Pem.Block> block = Pem.decode(pem);
    if (block.isEmpty()) {
      throw new RefusedException(
          "getCertFromPem error: could not decode pem bytes [" + pem.toStringUtf8() + "]");
    }
    try {
      return Certificate.ofDer(block.get().content());
    } catch (DerException e) {
      throw new RefusedException(
          "getCertFromPem error: failed to parse x509 cert: " + e.getMessage());
    }
  }

  private static List<Certificate> sanitizeAll(
      CertificateChains chains, List<Certificate> certificates) throws RefusedException {
    List<Certificate> sanitized = new ArrayList<>();
    for (Certificate certificate : certificates) {
      sanitized.add(chains.sanitize(certificate));
    }
    return sanitized;
  }

  private List<RevocationList> revocations() throws RefusedException {
    List<RevocationList> lists = new ArrayList<>();
    for (ByteString bytes : config.getRevocationListList()) {
      try {
        lists.add(RevocationList.parse(bytes));
      } catch (DerException e) {
        throw new RefusedException("could not parse RevocationList: " + e.getMessage());
      }
    }
    return lists;
  }

  private static CertificateChains finalized(
      CertificateChains chains, List<RevocationList> revocations) throws RefusedException {
    for (Certificate ca : chains.pool().roots()) {
      checkCa(chains, ca, revocations);
    }
    for (Certificate ca : chains.pool().intermediates()) {
      checkCa(chains, ca, revocations);
    }
    return chains.withInternalNodes();
  }

  private static void checkCa(
      CertificateChains chains, Certificate ca, List<RevocationList> revocations)
      throws RefusedException {
    String number = ca.serialNumber().toString(16);
    if (!ca.isCa()) {
      throw new RefusedException(
          "CA Certificate did not have the CA attribute, (SN: " + number + ")");
    }
    if (ca.extensions().subjectKeyId() == null) {
      throw new RefusedException(
          "CA Certificate problem with Subject Key Identifier extension, (SN: "
              + number
              + "): subjectKeyIdentifier not found in certificate");
    }
    try {
      List<Certificate> chain = chains.unique(ca);
      if (chain.size() > 1) {
        MemberCheck.checkRevocation(revocations, ca, chain);
      }
    } catch (RefusedException e) {
      throw e.during("CA Certificate is not valid, (SN: " + ca.serialNumber() + ")");
    }
  }

  private void checkTlsCas(List<RevocationList> revocations) throws RefusedException {
    List<Certificate> roots = parseAll(config.getTlsRootCertsList());
    List<Certificate> intermediates = parseAll(config.getTlsIntermediateCertsList());
    finalizedTls(CertificateChains.over(roots, intermediates), revocations);
  }

  private static void finalizedTls(CertificateChains chains, List<RevocationList> revocations)
      throws RefusedException {
    for (Certificate ca : chains.pool().roots()) {
      checkCa(chains, ca, revocations);
    }
    for (Certificate ca : chains.pool().intermediates()) {
      checkCa(chains, ca, revocations);
    }
  }

  private Map<String, List<ByteString>> units(CertifierPaths paths) throws RefusedException {
    Map<String, Set<ByteString>> units = new HashMap<>();
    for (FabricOUIdentifier unit : config.getOrganizationalUnitIdentifiersList()) {
      ByteString certifiers;
      try {
        certifiers = paths.of(unit.getCertificate());
      } catch (RefusedException e) {
        throw e.during(
            "failed getting certificate for [" + unit.getOrganizationalUnitIdentifier() + "]");
      }
      units
          .computeIfAbsent(unit.getOrganizationalUnitIdentifier(), name -> new LinkedHashSet<>())
          .add(certifiers);
    }
    Map<String, List<ByteString>> result = new HashMap<>();
    units.forEach((name, certifiers) -> result.put(name, List.copyOf(certifiers)));
    return result;
  }

  private NodeUnits nodeUnits(CertifierPaths paths) throws RefusedException {
    if (!config.hasFabricNodeOus() || version == MspVersion.V1_0) {
      return NodeUnits.NONE;
    }
    FabricNodeOUs units = config.getFabricNodeOus();
    Optional<UnitIdentifier> client =
        paths.unit(units.hasClientOuIdentifier(), units.getClientOuIdentifier());
    Optional<UnitIdentifier> peer =
        paths.unit(units.hasPeerOuIdentifier(), units.getPeerOuIdentifier());
    if (!fourRoles) {
      demand(client, "ClientOU");
      demand(peer, "PeerOU");
      return new NodeUnits(units.getEnable(), client, peer, Optional.empty(), Optional.empty());
    }
    Optional<UnitIdentifier> admin =
        paths.unit(units.hasAdminOuIdentifier(), units.getAdminOuIdentifier());
    Optional<UnitIdentifier> orderer =
        paths.unit(units.hasOrdererOuIdentifier(), units.getOrdererOuIdentifier());
    boolean any =
        client.isPresent() || peer.isPresent() || admin.isPresent() || orderer.isPresent();
    return new NodeUnits(units.getEnable() && any, client, peer, admin, orderer);
  }

  private static void demand(Optional<UnitIdentifier> unit, String what) throws RefusedException {
    if (unit.filter(present -> !present.name().isEmpty()).isEmpty()) {
      throw new RefusedException(
          "Failed setting up NodeOUs. " + what + " must be different from nil.");
    }
  }

  private List<Certificate> admins(CertificateChains chains, NodeUnits nodeUnits)
      throws RefusedException {
    List<Certificate> admins = sanitizeAll(chains, parseAll(config.getAdminsList()));
    if (fourRoles && admins.isEmpty() && !(nodeUnits.enforced() && nodeUnits.admin().isPresent())) {
      throw new RefusedException(
          "administrators must be declared when no admin ou classification is set");
    }
    return admins;
  }

  private void checkAdmins(Msp msp, List<Certificate> admins) throws RefusedException {
    for (int i = 0; i < admins.size(); i++) {
      Identity admin = msp.identityOf(ByteString.EMPTY, admins.get(i));
      if (msp.definition().nodeUnits().enforced() && fourRoles) {
        checkAdminRole(msp, admin, i);
      } else {
        checkAdmin(msp, admin, i);
      }
    }
  }

  private static void checkAdminRole(Msp msp, Identity admin, int index) throws RefusedException {
    Optional<String> notClient = lacksRole(msp, admin, MSPRoleType.CLIENT);
    Optional<String> notAdmin = lacksRole(msp, admin, MSPRoleType.ADMIN);
    if (notClient.isPresent() && notAdmin.isPresent()) {
      throw new RefusedException(
          "admin " + index + " is invalid [" + notClient.get() + "," + notAdmin.get() + "]");
    }
  }

  private static Optional<String> lacksRole(Msp msp, Identity admin, MSPRoleType role) {
    try {
      msp.definition().nodeUnits().checkRole(role, admin.units(), msp.mspId());
      return Optional.empty();
    } catch (RefusedException e) {
      return Optional.of(e.reason());
    }
  }

  /// Administrators are members; where two roles are told apart, clients.
  private static void checkAdmin(Msp msp, Identity admin, int index) throws RefusedException {
    try {
      admin.checkValid();
      if (msp.definition().nodeUnits().enforced()) {
        msp.definition().nodeUnits().checkRole(MSPRoleType.CLIENT, admin.units(), msp.mspId());
      }
    } catch (RefusedException e) {
      throw e.during("admin " + index + " is invalid");
    }
  }
}
