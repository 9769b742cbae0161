package io.denim.chaincode;

import com.google.protobuf.ByteString;
import io.denim.wire.Sha256;
import io.denim.wire.TlsKeyPair;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes P-256 keys and the certificates of one authority. Safe for use by any thread.
final class CertificateMaker {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration YEARS = Duration.ofDays(3650);
  private static final Duration DAY = Duration.ofDays(1);

  private final InstantSource clock;
  private final KeyPair keys;
  private final X500Name name;
  private final ByteString rootCertificate;

  /// @param hash SHA-256 over the DER certificate
  record Issued(TlsKeyPair keyPair, ByteString hash) {}

  private enum Use {
    AUTHORITY,
    SERVER,
    CLIENT
  }

  private CertificateMaker(InstantSource clock) throws GeneralSecurityException {
    this.clock = clock;
    this.keys = newKeys();
    this.name = new X500Name("SERIALNUMBER=" + new BigInteger(128, RANDOM));
    this.rootCertificate = pem("CERTIFICATE", certificate(keys, name, Use.AUTHORITY, List.of()));
  }

  static CertificateMaker create(InstantSource clock) {
    try {
      return new CertificateMaker(clock);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make P-256 keys", e);
    }
  }

  ByteString rootCertificate() {
    return rootCertificate;
  }

  TlsKeyPair issue(List<String> hosts, boolean server) {
    return make(server ? Use.SERVER : Use.CLIENT, hosts).keyPair();
  }

  Issued issueClient() {
    return make(Use.CLIENT, List.of());
  }

  private Issued make(Use use, List<String> hosts) {
    try {
      KeyPair own = newKeys();
      X500Name subject = new X500Name("SERIALNUMBER=" + new BigInteger(128, RANDOM));
      byte[] certificate = certificate(own, subject, use, hosts);
      return new Issued(
          new TlsKeyPair(
              pem("CERTIFICATE", certificate), pem("PRIVATE KEY", own.getPrivate().getEncoded())),
          Sha256.of(ByteString.copyFrom(certificate)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make P-256 keys", e);
    }
  }

  private byte[] certificate(KeyPair subjectKeys, X500Name subject, Use use, List<String> hosts)
      throws GeneralSecurityException {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(127, RANDOM).add(BigInteger.ONE),
            Date.from(clock.instant().minus(DAY)),
            Date.from(clock.instant().plus(YEARS)),
            subject,
            subjectKeys.getPublic());
    try {
      int usage = KeyUsage.digitalSignature | KeyUsage.keyEncipherment;
      if (use == Use.AUTHORITY) {
        usage |= KeyUsage.keyCertSign | KeyUsage.cRLSign;
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      builder.addExtension(Extension.extendedKeyUsage, false, purposes(use));
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          ids.createSubjectKeyIdentifier(subjectKeys.getPublic()));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          ids.createAuthorityKeyIdentifier(keys.getPublic()));
      if (!hosts.isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, names(hosts));
      }
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new GeneralSecurityException("cannot make a certificate", e);
    }
  }

  private static ExtendedKeyUsage purposes(Use use) {
    return use == Use.CLIENT
        ? new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth)
        : new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth});
  }

  private static GeneralNames names(List<String> hosts) {
    GeneralName[] names = new GeneralName[hosts.size()];
    for (int i = 0; i < names.length; i++) {
      String host = hosts.get(i);
      boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
      names[i] = new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
    }
    return new GeneralNames(names);
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static ByteString pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return ByteString.copyFromUtf8(
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }
}
