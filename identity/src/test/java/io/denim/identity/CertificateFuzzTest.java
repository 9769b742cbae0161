package io.denim.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Spoiled certificates, signatures and identities are refused, and never end in anything else.
class CertificateFuzzTest {
  private static final int ROUNDS = 4_000;
  private static final List<byte[]> CERTIFICATES = new ArrayList<>();

  @BeforeAll
  static void read() throws Exception {
    Path golden = Path.of(System.getProperty("denim.testdata"), "golden", "raft-v25", "crypto");
    try (Stream<Path> files = Files.walk(golden)) {
      for (Path file : files.filter(each -> each.toString().endsWith("cert.pem")).toList()) {
        CERTIFICATES.add(
            Pem.decode(ByteString.copyFrom(Files.readAllBytes(file)))
                .orElseThrow()
                .content()
                .toByteArray());
      }
    }
  }

  @Test
  void certificatesAgreeWithTheJavaRuntime() throws Exception {
    var factory = CertificateFactory.getInstance("X.509");
    for (byte[] der : CERTIFICATES) {
      Certificate certificate = Certificate.ofDer(ByteString.copyFrom(der));
      var reference = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
      assertThat(certificate.notBefore())
          .isEqualTo(Instant.ofEpochMilli(reference.getNotBefore().getTime()));
      assertThat(certificate.notAfter())
          .isEqualTo(Instant.ofEpochMilli(reference.getNotAfter().getTime()));
      assertThat(certificate.serialNumber()).isEqualTo(reference.getSerialNumber());
      assertThat(certificate.subject().toByteArray())
          .isEqualTo(reference.getSubjectX500Principal().getEncoded());
      assertThat(certificate.signature().toByteArray()).isEqualTo(reference.getSignature());
      assertThat(certificate.isCa()).isEqualTo(reference.getBasicConstraints() >= 0);
      assertThat(Certificate.ofPem(certificate.pem())).isEqualTo(certificate);
      assertThat(certificate.withSignature(certificate.signature())).isEqualTo(certificate);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void spoiledCertificatesAreRefusedOrRead(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] spoiled = spoil(CERTIFICATES.get(random.nextInt(CERTIFICATES.size())), random);
      try {
        Certificate.ofDer(ByteString.copyFrom(spoiled));
      } catch (DerException e) {
        assertThat(e.getMessage()).isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isBetween(1, ROUNDS);
  }

  private static byte[] spoil(byte[] original, Random random) {
    byte[] spoiled = original.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(spoiled, random.nextInt(spoiled.length))
        : spoiled;
  }

  @Test
  void pemOfAnyBytesIsReadOrNot() {
    Random random = new Random(4);
    String alphabet = "-----BEGIN X-----\n-----END X-----\nAA==: \r\t";
    for (int i = 0; i < ROUNDS; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(8); n >= 0; n--) {
        int from = random.nextInt(alphabet.length());
        text.append(alphabet, from, from + random.nextInt(alphabet.length() - from + 1));
      }
      ByteString bytes = ByteString.copyFromUtf8(text.toString());
      Pem.decode(bytes).ifPresent(block -> assertThat(block.rest()).isLessThan(bytes.size()));
    }
  }

  @Test
  void signaturesInOtherSpellingsAreRefused() throws Exception {
    EcdsaSignature signature = new EcdsaSignature(BigInteger.TEN, BigInteger.TWO);
    byte[] der = signature.der().toByteArray();
    assertThat(EcdsaSignature.parse(ByteString.copyFrom(der))).isEqualTo(signature);
    assertThat(
            EcdsaSignature.parse(ByteString.copyFrom(der).concat(ByteString.copyFrom(new byte[3]))))
        .isEqualTo(signature);
    assertThat(
            EcdsaSignature.isStrict(
                ByteString.copyFrom(der).concat(ByteString.copyFrom(new byte[3]))))
        .isFalse();
    byte[][] spoiled = {
      {0x30, (byte) 0x81, 6, 2, 1, 10, 2, 1, 2}, // long-form length
      {0x30, 7, 2, 2, 0, 10, 2, 1, 2}, // padded integer
      {0x30, 6, 2, 1, -10, 2, 1, 2}, // negative
      {0x30, 6, 2, 1, 0, 2, 1, 2}, // zero
      {0x30, 5, 2, 1, 10, 2, 1}, // truncated
      {0x31, 6, 2, 1, 10, 2, 1, 2}, // not a sequence
    };
    for (byte[] bytes : spoiled) {
      assertThat(parses(bytes)).as(HexFormat.of().formatHex(bytes)).isFalse();
    }
  }

  private static boolean parses(byte[] der) {
    try {
      EcdsaSignature.parse(ByteString.copyFrom(der));
      return true;
    } catch (DerException e) {
      return false;
    }
  }

  @Test
  void curvesHaveTheOrdersOfTheJavaRuntime() throws Exception {
    for (var names :
        Map.of("P256", "secp256r1", "P384", "secp384r1", "P521", "secp521r1").entrySet()) {
      var parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(names.getValue()));
      assertThat(Curve.valueOf(names.getKey()).order())
          .isEqualTo(parameters.getParameterSpec(ECParameterSpec.class).getOrder());
    }
  }
}
