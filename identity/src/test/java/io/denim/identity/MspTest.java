package io.denim.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.FabricNodeOUs;
import org.hyperledger.fabric.protos.msp.FabricOUIdentifier;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.junit.jupiter.api.Test;

/// MSPs made by hand: revocation lists, roles, administrators, versions.
class MspTest {
  private static final Clock CLOCK = Clock.systemUTC();
  private final CertificateAuthority ca = root("ca.org1");

  private static CertificateAuthority root(String name) {
    return CertificateAuthority.root(
        name, new Cryptogen.OrganizationSpec("Org1", "org1", true, List.of(), 0), CLOCK);
  }

  private Certificate member(CertificateAuthority issuer, String name, String unit) {
    return issuer.issue(
        new CertificateRequest(
            name, Optional.empty(), Optional.of(unit), CertificateRequest.Usage.SIGNING, List.of()),
        GeneratedKey.generate(),
        CLOCK);
  }

  private FabricMSPConfig.Builder config() {
    FabricNodeOUs.Builder units = FabricNodeOUs.newBuilder().setEnable(true);
    units.setClientOuIdentifier(unit("client"));
    units.setPeerOuIdentifier(unit("peer"));
    units.setAdminOuIdentifier(unit("admin"));
    units.setOrdererOuIdentifier(unit("orderer"));
    return FabricMSPConfig.newBuilder()
        .setName("Org1MSP")
        .addRootCerts(ca.issuer().certificate().pem())
        .setFabricNodeOus(units);
  }

  private FabricOUIdentifier unit(String name) {
    return FabricOUIdentifier.newBuilder()
        .setOrganizationalUnitIdentifier(name)
        .setCertificate(ca.issuer().certificate().pem())
        .build();
  }

  private static Msp msp(FabricMSPConfig.Builder config) throws MspConfigException {
    return Msp.of(config.build(), MspVersion.V1_4_3, SignatureVerifier.create());
  }

  private static IdentityOutcome identity(Msp msp, Certificate certificate) {
    return msp.identity(
        SerializedIdentity.newBuilder()
            .setMspid("Org1MSP")
            .setIdBytes(certificate.pem())
            .build()
            .toByteString());
  }

  /// A revocation list of a CA in DER.
  private static ByteString revocations(CertificateAuthority issuer, BigInteger... revoked) {
    byte[] algorithm =
        DerWriter.sequence(
            DerWriter.element(
                DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex("2a8648ce3d040302")));
    byte[] time = DerWriter.element(23, "260101000000Z".getBytes(StandardCharsets.US_ASCII));
    List<byte[]> entries = new ArrayList<>();
    for (BigInteger serialNumber : revoked) {
      entries.add(DerWriter.sequence(DerWriter.integer(serialNumber), time));
    }
    Certificate certificate = issuer.issuer().certificate();
    byte[] keyId =
        DerWriter.sequence(
            DerWriter.element(0x80, certificate.extensions().subjectKeyId().toByteArray()));
    byte[] extension =
        DerWriter.sequence(
            DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex("551d23")),
            DerWriter.octetString(keyId));
    byte[] body =
        DerWriter.sequence(
            DerWriter.integer(BigInteger.ONE),
            algorithm,
            certificate.subject().toByteArray(),
            time,
            DerWriter.sequence(entries.toArray(byte[][]::new)),
            DerWriter.element(0xa0, DerWriter.sequence(extension)));
    ByteString digest = HashFunction.SHA256.of(List.of(ByteString.copyFrom(body)));
    ByteString signature = issuer.issuer().key().signing().sign(digest, certificate.key());
    return ByteString.copyFrom(
        DerWriter.sequence(body, algorithm, DerWriter.bitString(signature.toByteArray())));
  }

  @Test
  void aRevokedMemberIsRefused() throws Exception {
    Certificate revoked = member(ca, "a", "client");
    Certificate other = member(ca, "b", "client");
    Msp msp = msp(config().addRevocationList(revocations(ca, revoked.serialNumber())));
    assertThat(identity(msp, other)).isInstanceOf(IdentityOutcome.Accepted.class);
    assertThat(identity(msp, revoked))
        .isEqualTo(
            new IdentityOutcome.Refused(
                IdentityOutcome.Stage.VALIDATE,
                "could not validate identity against certification chain: The certificate has been"
                    + " revoked"));
  }

  @Test
  void aListThatTheCaDidNotSignRevokesNothing() throws Exception {
    Certificate member = member(ca, "a", "client");
    ByteString list = revocations(ca, member.serialNumber());
    byte[] spoiled = list.toByteArray();
    spoiled[spoiled.length - 1] ^= 1;
    Msp msp = msp(config().addRevocationList(ByteString.copyFrom(spoiled)));
    assertThat(identity(msp, member)).isInstanceOf(IdentityOutcome.Accepted.class);
  }

  @Test
  void rolesFollowFromUnits() throws Exception {
    Msp msp = msp(config());
    Identity peer = accepted(identity(msp, member(ca, "a", "peer")));
    assertThat(peer.satisfies(role(MSPRole.MSPRoleType.PEER)).matches()).isTrue();
    assertThat(peer.satisfies(role(MSPRole.MSPRoleType.CLIENT)))
        .isEqualTo(
            PrincipalMatch.no(
                "The identity is not a [CLIENT] under this MSP [Org1MSP]: The identity does not"
                    + " contain OU [CLIENT], MSP: [Org1MSP]"));
    assertThat(identity(msp, member(ca, "b", "nothing")))
        .isInstanceOfSatisfying(
            IdentityOutcome.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(
                        "could not validate identity's OUs: the identity does not have an OU that"
                            + " resolves to client, peer, orderer, or admin role. OUs:"
                            + " [nothing("));
  }

  @Test
  void membersOfOtherOrganizationsAreStrangers() throws Exception {
    Certificate stranger = member(root("ca.org1"), "a", "client");
    assertThat(identity(msp(config()), stranger))
        .isInstanceOfSatisfying(
            IdentityOutcome.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(
                        "the supplied identity is not valid: x509: certificate signed by unknown"
                            + " authority"));
    assertThat(identity(msp(config()), ca.issuer().certificate()))
        .isInstanceOfSatisfying(
            IdentityOutcome.Refused.class,
            refused -> assertThat(refused.reason()).contains("cannot be used as an identity"));
  }

  @Test
  void configurationsThatFabricRefusesAreRefused() {
    assertThatThrownBy(() -> msp(FabricMSPConfig.newBuilder().setName("Org1MSP")))
        .hasMessage("expected at least one CA certificate");
    assertThatThrownBy(() -> msp(config().clearFabricNodeOus()))
        .hasMessage("administrators must be declared when no admin ou classification is set");
    assertThatThrownBy(() -> msp(config().addRootCerts(member(ca, "a", "client").pem())))
        .isInstanceOf(MspConfigException.class);
    assertThatThrownBy(() -> msp(config().addAdmins(member(ca, "a", "peer").pem())))
        .hasMessageStartingWith("admin 0 is invalid [");
    assertThatThrownBy(() -> msp(config().addRootCerts(ByteString.copyFromUtf8("no PEM"))))
        .hasMessageStartingWith("getCertFromPem error: could not decode pem bytes");
  }

  @Test
  void namedAdministratorsAreAdministratorsWithoutUnits() throws Exception {
    Certificate admin = member(ca, "a", "whatever");
    Msp msp = msp(config().clearFabricNodeOus().addAdmins(admin.pem()));
    assertThat(accepted(identity(msp, admin)).satisfies(role(MSPRole.MSPRoleType.ADMIN)).matches())
        .isTrue();
    Identity other = accepted(identity(msp, member(ca, "b", "admin")));
    assertThat(other.satisfies(role(MSPRole.MSPRoleType.ADMIN)))
        .isEqualTo(PrincipalMatch.no("This identity is not an admin"));
    assertThat(other.satisfies(role(MSPRole.MSPRoleType.MEMBER)).matches()).isTrue();
  }

  private static Identity accepted(IdentityOutcome outcome) {
    return ((IdentityOutcome.Accepted) outcome).identity();
  }

  private static MSPPrincipal role(MSPRole.MSPRoleType role) {
    return MSPPrincipal.newBuilder()
        .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
        .setPrincipal(
            MSPRole.newBuilder().setMspIdentifier("Org1MSP").setRole(role).build().toByteString())
        .build();
  }
}
