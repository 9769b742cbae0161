package io.denim.ledger;

/// A read or write that the ledger's rules or its database refuse; the message goes to the
/// chaincode and its caller.
public final class SimulationException extends Exception {
  public SimulationException(String message) {
    super(message);
  }

  public SimulationException(String message, Throwable cause) {
    super(message, cause);
  }
}
