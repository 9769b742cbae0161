package io.denim.ca;

/// Flags as `--help` lists them. Stateless.
public final class FlagHelp {
  private FlagHelp() {}

  public static String of(FlagSet set) {
    int width = 0;
    for (FlagSet.Flag flag : set.flags()) {
      width = Math.max(width, left(flag).length());
    }
    StringBuilder text = new StringBuilder();
    for (FlagSet.Flag flag : set.flags()) {
      String left = left(flag);
      text.append(left).repeat(' ', width - left.length() + 3).append(flag.help()).append('\n');
    }
    return text.toString();
  }

  private static String left(FlagSet.Flag flag) {
    String letter = flag.letter() == 0 ? "      --" : "  -" + flag.letter() + ", --";
    return letter
        + flag.name()
        + switch (flag.kind()) {
          case TEXT -> " string";
          case LIST -> " strings";
          case SWITCH -> "";
        };
  }
}
