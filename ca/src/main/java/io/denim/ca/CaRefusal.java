package io.denim.ca;

/// A request that the CA does not grant: what the log is told and what the client is told, which is
/// less where the difference would help an intruder (fabric-ca v1.5 lib/caerrors/servererror.go).
final class CaRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ErrorCode code;
  private final ErrorCode toldCode;
  private final String toldMessage;

  private CaRefusal(
      int status, ErrorCode code, String message, ErrorCode toldCode, String toldMessage) {
    super(message);
    this.status = status;
    this.code = code;
    this.toldCode = toldCode;
    this.toldMessage = toldMessage;
  }

  /// A refusal whose reason the client is told.
  ///
  /// @param status of HTTP
  static CaRefusal of(int status, ErrorCode code, String message) {
    return new CaRefusal(status, code, message, code, message);
  }

  /// The caller is not who he says he is.
  static CaRefusal authentication(ErrorCode code, String message) {
    return new CaRefusal(
        401, code, message, ErrorCode.AUTHENTICATION_FAILURE, "Authentication failure");
  }

  /// The caller may not do this.
  static CaRefusal authorization(ErrorCode code, String message) {
    return new CaRefusal(
        403, code, message, ErrorCode.AUTHORIZATION_FAILURE, "Authorization failure");
  }

  /// The same refusal with a reason in front for the log; the client is told as before.
  CaRefusal within(String context) {
    return new CaRefusal(status, code, context + ": " + getMessage(), toldCode, toldMessage);
  }

  int status() {
    return status;
  }

  ErrorCode code() {
    return code;
  }

  ErrorCode toldCode() {
    return toldCode;
  }

  String toldMessage() {
    return toldMessage;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
