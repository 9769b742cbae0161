package io.denim.ca;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// A password that can be compared but not read: PBKDF2 with HMAC-SHA-256 and a salt of its own.
///
/// @param text `pbkdf2-sha256$rounds$salt$hash`, the last two in Base64
record PasswordHash(String text) {
  private static final String KIND = "pbkdf2-sha256";
  private static final int ROUNDS = 100_000;
  private static final int MOST_ROUNDS = 10_000_000;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BITS = 256;
  private static final SecureRandom RANDOM = new SecureRandom();

  static PasswordHash of(String password) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return new PasswordHash(
        String.join(
            "$",
            KIND,
            Integer.toString(ROUNDS),
            base64.encodeToString(salt),
            base64.encodeToString(derive(password, salt, ROUNDS))));
  }

  /// Whether this is the password's hash. Takes as long for a wrong one as for the right one.
  boolean matches(String password) {
    List<String> parts = List.of(text.split("\\$", -1));
    if (parts.size() != 4 || !parts.getFirst().equals(KIND)) {
      return false;
    }
    try {
      int rounds = Integer.parseInt(parts.get(1));
      byte[] salt = Base64.getDecoder().decode(parts.get(2));
      byte[] hash = Base64.getDecoder().decode(parts.get(3));
      return rounds > 0
          && rounds <= MOST_ROUNDS
          && salt.length > 0
          && MessageDigest.isEqual(hash, derive(password, salt, rounds));
    } catch (IllegalArgumentException e) {
      return false; // a file that somebody else wrote
    }
  }

  private static byte[] derive(String password, byte[] salt, int rounds) {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public String toString() {
    return "a password's hash";
  }
}
