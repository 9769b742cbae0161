package io.denim.ca;

/// The tools' answer to `version`. Stateless.
public final class Version {
  private Version() {}

  public static String text(String tool) {
    String own = Version.class.getPackage().getImplementationVersion();
    return tool
        + ":\n Version: "
        + CaInfo.VERSION
        + "\n Denim version: "
        + (own == null ? "development" : own)
        + "\n Java version: "
        + Runtime.version()
        + "\n OS/Arch: "
        + System.getProperty("os.name")
        + "/"
        + System.getProperty("os.arch")
        + "\n";
  }
}
