package io.denim.wire;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;

/// Why a call failed, in plain words. gRPC calls whatever keeps it from connecting an "io
/// exception"; what it was is below. Stateless.
public final class CallFailure {
  /// Nobody listens there.
  public static final String REFUSED = "connect: connection refused";

  private static final int DEEPEST = 20;

  private CallFailure() {}

  /// The status and its description, such as `UNAVAILABLE: connect: connection refused`.
  public static String reason(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String description = status.getDescription() == null ? "" : status.getDescription();
    Optional<String> below =
        status.getCode() == Status.Code.UNAVAILABLE ? connecting(failure) : Optional.empty();
    String text = below.orElse(description);
    return status.getCode() + (text.isEmpty() ? "" : ": " + text);
  }

  /// What kept a call from connecting; empty if that was something else.
  public static Optional<String> connecting(Throwable failure) {
    Throwable cause = failure;
    Optional<String> last = Optional.empty();
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      Optional<String> known = known(cause);
      if (known.isPresent()) {
        return known;
      }
      if (depth > 0 && cause.getMessage() != null) {
        last = Optional.of(cause.getMessage());
      }
      cause = cause.getCause();
    }
    return last;
  }

  private static Optional<String> known(Throwable cause) {
    String message = cause.getMessage() == null ? "" : cause.getMessage();
    return switch (cause) {
      case CertificateExpiredException _ ->
          Optional.of("the other side's TLS certificate has expired (" + message + ")");
      case CertificateNotYetValidException _ ->
          Optional.of("the other side's TLS certificate is not valid yet (" + message + ")");
      case ConnectException _ when message.toLowerCase(Locale.ROOT).contains("refused") ->
          Optional.of(REFUSED);
      case CertPathBuilderException _ ->
          Optional.of(
              "tls: failed to verify certificate: x509: certificate signed by unknown authority");
      case UnknownHostException _ -> Optional.of("no such host: " + message);
      default ->
          message.toUpperCase(Locale.ROOT).contains("ALERT_CERTIFICATE_EXPIRED")
              ? Optional.of("the other side says that this one's TLS certificate has expired")
              : Optional.empty();
    };
  }
}
