package io.denim.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("registry");
  }

  private static CaIdentity identity(String id, int done) {
    return new CaIdentity(
        id,
        new PasswordHash("none"),
        "client",
        "org1",
        List.of(new Attribute("a", "ü\n", true)),
        new CaIdentity.Enrollments(-1, done, 2));
  }

  private static void put(Registry registry, RegistryChange... changes) throws Exception {
    registry.transact(list -> list.addAll(List.of(changes)));
  }

  @Test
  void holdsWhatWasPutThere() throws Exception {
    IssuedCertificate certificate =
        new IssuedCertificate(
            IssuedCertificate.Key.of("00AB:cd", "01"),
            "u",
            "pem",
            Instant.parse("2027-01-01T00:00:00Z"),
            Optional.empty());
    try (Registry registry = Registry.open(file)) {
      put(
          registry,
          new RegistryChange.PutIdentity(identity("u", 0)),
          new RegistryChange.PutAffiliation("org1"),
          new RegistryChange.PutAffiliation("org2"),
          new RegistryChange.PutCertificate(certificate));
      put(
          registry,
          new RegistryChange.PutIdentity(identity("u", 1)),
          new RegistryChange.PutIdentity(identity("v", 0)),
          new RegistryChange.RemoveAffiliation("org2"),
          new RegistryChange.PutCertificate(certificate.revoked(Instant.EPOCH, 4)));
      put(registry, new RegistryChange.RemoveIdentity("v"));
    }
    try (Registry registry = Registry.open(file)) {
      assertThat(registry.identities()).containsExactly(identity("u", 1));
      assertThat(registry.affiliations("")).containsExactly("org1");
      assertThat(registry.certificate(new IssuedCertificate.Key("abcd", "1")))
          .contains(certificate.revoked(Instant.EPOCH, 4));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void losesATornLineAndNothingElseWhereverItIsTorn() throws Exception {
    int whole;
    try (Registry registry = Registry.open(file)) {
      put(registry, new RegistryChange.PutIdentity(identity("u", 0)));
      whole = (int) Files.size(file);
      put(registry, new RegistryChange.PutIdentity(identity("v", 0)));
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int length = whole; length < bytes.length; length += 7) {
      Files.write(file, Arrays.copyOf(bytes, length));
      try (Registry registry = Registry.open(file)) {
        assertThat(registry.identities()).containsExactly(identity("u", 0));
        put(registry, new RegistryChange.PutAffiliation("org3"));
      }
      try (Registry registry = Registry.open(file)) {
        assertThat(registry.hasAffiliation("org3")).isTrue();
      }
    }
  }

  @Test
  void refusesADamagedLineBeforeSoundOnes() throws Exception {
    try (Registry registry = Registry.open(file)) {
      put(registry, new RegistryChange.PutIdentity(identity("u", 0)));
      put(registry, new RegistryChange.PutIdentity(identity("v", 0)));
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[40] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Registry.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  @Test
  void leavesAnotherProgramsFileAlone() throws Exception {
    Files.writeString(file, "SQLite format 3\0 and so on");
    assertThatThrownBy(() -> Registry.open(file)).hasMessageContaining("is not a registry");
    assertThat(Files.readString(file)).startsWith("SQLite format 3");
  }

  @Test
  void isOpenOnlyOnce() throws Exception {
    try (Registry registry = Registry.open(file)) {
      assertThatThrownBy(() -> Registry.open(file)).hasMessageContaining("in use");
      assertThat(registry.identities()).isEmpty();
    }
  }

  @Test
  void shortensAJournalOfOverwrittenLines() throws Exception {
    try (Registry registry = Registry.open(file)) {
      for (int i = 0; i < 1100; i++) {
        put(registry, new RegistryChange.PutIdentity(identity("u", i)));
      }
    }
    long before = Files.size(file);
    try (Registry registry = Registry.open(file)) {
      put(registry, new RegistryChange.PutIdentity(identity("v", 0)));
    }
    assertThat(Files.size(file)).isLessThan(before / 100);
    try (Registry registry = Registry.open(file)) {
      assertThat(registry.identities()).containsExactly(identity("u", 1099), identity("v", 0));
    }
  }

  @Test
  void keepsNothingOfARefusedTransaction() throws Exception {
    try (Registry registry = Registry.open(file)) {
      assertThatThrownBy(() ->
              registry.transact(changes -> {
                changes.add(new RegistryChange.PutAffiliation("org1"));
                throw CaRefusal.of(400, ErrorCode.BAD_BODY, "no");
              }))
          .isInstanceOf(CaRefusal.class);
      assertThat(registry.hasAffiliation("org1")).isFalse();
    }
    assertThat(Files.size(file)).isZero();
  }

  @Test
  void comparesPasswords() {
    PasswordHash hash = PasswordHash.of("secret");
    assertThat(hash.matches("secret")).isTrue();
    assertThat(hash.matches("secreT")).isFalse();
    assertThat(hash.text()).doesNotContain("secret").isNotEqualTo(PasswordHash.of("secret").text());
    assertThat(new PasswordHash("pbkdf2-sha256$999999999$AAAA$AAAA").matches("x")).isFalse();
    assertThat(new PasswordHash("pbkdf2-sha256$1$$").matches("x")).isFalse();
  }
}
