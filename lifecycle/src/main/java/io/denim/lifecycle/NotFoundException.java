package io.denim.lifecycle;

/// Something that was asked for by its name does not exist; clients see status 404.
final class NotFoundException extends Exception {
  NotFoundException(String message) {
    super(message);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
