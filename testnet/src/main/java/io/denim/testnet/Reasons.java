package io.denim.testnet;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says in words why something failed. The runtime's own messages of failed file operations are
/// often no more than the file's name.
final class Reasons {
  private Reasons() {}

  static String of(Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    if (!(failure instanceof FileSystemException file) || file.getReason() != null) {
      return message;
    }
    return switch (file) {
      case NoSuchFileException none -> none.getFile() + ": no such file or folder";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileAlreadyExistsException there ->
          there.getFile() + ": a file is in the place of a folder";
      default -> message;
    };
  }
}
