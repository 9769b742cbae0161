package io.denim.wire;

/// Certificates or keys that TLS cannot be started with.
public final class TlsConfigurationException extends Exception {
  public TlsConfigurationException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
