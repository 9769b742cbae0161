package io.denim.cli.command;

/// The release that the executables tell.
public final class Version {
  /// The release of Fabric that is spoken: what scripts compare.
  public static final String FABRIC = "v3.1.5";

  private Version() {}

  /// Such as `cryptogen version` prints, without the line's end.
  public static String text(String executable) {
    String denim = Version.class.getPackage().getImplementationVersion();
    return executable
        + ":\n Version: "
        + FABRIC
        + "\n Commit SHA: Denim "
        + (denim == null ? "development build" : denim)
        + "\n Java version: "
        + Runtime.version()
        + "\n OS/Arch: "
        + System.getProperty("os.name")
        + "/"
        + System.getProperty("os.arch");
  }
}
