package io.denim.wire;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to hashing, signing and verifying: Amazon Corretto Crypto Provider where its native part
/// loads and knows the algorithm, else what the Java runtime brings. The provider is named at each
/// request and never installed into the process, so that an application which embeds Denim keeps
/// its own order of providers. The system property `denim.crypto=jdk` leaves the native provider
/// out.
public final class Crypto {
  private static final Logger LOG = LoggerFactory.getLogger(Crypto.class);
  private static final Optional<Provider> FAST = fastProvider();

  private Crypto() {}

  /// A digest object for one use by one thread.
  public static MessageDigest digest(String algorithm) throws NoSuchAlgorithmException {
    Optional<Provider> provider = providerOf("MessageDigest", algorithm);
    return provider.isPresent()
        ? MessageDigest.getInstance(algorithm, provider.get())
        : MessageDigest.getInstance(algorithm);
  }

  /// A signature object for one use by one thread.
  public static Signature signature(String algorithm) throws GeneralSecurityException {
    Optional<Provider> provider = providerOf("Signature", algorithm);
    return provider.isPresent()
        ? Signature.getInstance(algorithm, provider.get())
        : Signature.getInstance(algorithm);
  }

  /// A factory whose keys suit {@link #signature}.
  public static KeyFactory keyFactory(String algorithm) throws GeneralSecurityException {
    Optional<Provider> provider = providerOf("KeyFactory", algorithm);
    return provider.isPresent()
        ? KeyFactory.getInstance(algorithm, provider.get())
        : KeyFactory.getInstance(algorithm);
  }

  /// The name of the provider that checks ECDSA signatures here, for logs.
  public static String description() {
    return FAST.map(Provider::getName).orElse("the Java runtime's own provider");
  }

  private static Optional<Provider> providerOf(String service, String algorithm) {
    return FAST.filter(provider -> provider.getService(service, algorithm) != null);
  }

  private static Optional<Provider> fastProvider() {
    if ("jdk".equals(System.getProperty("denim.crypto"))) {
      return Optional.empty();
    }
    try {
      AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
      return Optional.of(AmazonCorrettoCryptoProvider.INSTANCE);
    } catch (RuntimeException | LinkageError e) {
      LOG.warn(
          "Amazon Corretto Crypto Provider did not load here ({}); signatures are checked with the"
              + " Java runtime's own, slower provider",
          e.toString());
      return Optional.empty();
    }
  }
}
