package io.denim.chaincode;

/// An invocation that gave no message of the chaincode's; the text says why, as Fabric does.
final class InvocationException extends Exception {
  InvocationException(String message) {
    super(message);
  }

  InvocationException(String message, Throwable cause) {
    super(message, cause);
  }
}
