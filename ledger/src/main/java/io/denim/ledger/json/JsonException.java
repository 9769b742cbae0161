package io.denim.ledger.json;

/// Bytes that are not JSON, told in the words of Go's decoder.
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1;

  JsonException(String message) {
    super(message);
  }
}
