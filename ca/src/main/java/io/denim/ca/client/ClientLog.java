package io.denim.ca.client;

import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/// What a command tells of its work, on standard error and in the form that Fabric's client has.
record ClientLog(PrintStream out) {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss");

  void info(String message) {
    out.println(LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + " [INFO] " + message);
  }
}
