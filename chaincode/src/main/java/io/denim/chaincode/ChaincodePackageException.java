package io.denim.chaincode;

/// A chaincode package that is malformed, too large, or tries to escape its folder; the message
/// goes to whoever installs it.
public final class ChaincodePackageException extends Exception {
  public ChaincodePackageException(String message) {
    super(message);
  }

  public ChaincodePackageException(String message, Throwable cause) {
    super(message, cause);
  }
}
