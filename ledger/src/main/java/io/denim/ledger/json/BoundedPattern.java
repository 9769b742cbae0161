package io.denim.ledger.json;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression as CouchDB's Erlang runs it: PCRE over the bytes of UTF-8, found anywhere
/// unless anchored. It gives up, and does not match, after a bounded number of steps, as PCRE does.
/// Safe for use by any thread.
final class BoundedPattern {
  private static final int MAX_STEPS = 10_000_000;

  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /// @throws PatternSyntaxException if it is no regular expression
  @SuppressWarnings("StackOverflowError")
  static BoundedPattern of(String expression) {
    try {
      return new BoundedPattern(
          Pattern.compile(inJavasWords(byteByByte(expression)), Pattern.UNIX_LINES));
    } catch (StackOverflowError e) {
      throw new PatternSyntaxException("nested too deeply", expression, -1);
    }
  }

  /// @throws QueryAllowance.Spent if the query has taken too long
  @SuppressWarnings("StackOverflowError")
  boolean finds(String text, QueryAllowance allowance) {
    try {
      return pattern.matcher(new Counted(byteByByte(text), new Steps(allowance))).find();
    } catch (TooManySteps | StackOverflowError e) {
      return false;
    }
  }

  private static String byteByByte(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /// Java reads more into a character class than PCRE does: a bracket opens a class within, two
  /// ampersands intersect, and names of classes are spelled otherwise.
  private static String inJavasWords(String expression) {
    StringBuilder java = new StringBuilder();
    boolean inClass = false;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\' && i + 1 < expression.length()) {
        java.append(c).append(expression.charAt(++i));
      } else if (!inClass && c == '[') {
        inClass = true;
        java.append(c);
        if (expression.startsWith("^", i + 1)) {
          java.append('^');
          i++;
        }
        if (expression.startsWith("]", i + 1)) {
          java.append("\\]");
          i++;
        }
      } else if (inClass && expression.startsWith("[:", i) && expression.indexOf(":]", i) > 0) {
        int end = expression.indexOf(":]", i);
        java.append(named(expression.substring(i + 2, end)));
        i = end + 1;
      } else if (inClass && (c == '[' || c == '&')) {
        java.append('\\').append(c);
      } else {
        inClass &= c != ']';
        java.append(c);
      }
    }
    return java.toString();
  }

  private static String named(String name) {
    String plain = name.startsWith("^") ? name.substring(1) : name;
    String negated = name.startsWith("^") ? "P" : "p";
    return switch (plain) {
      case "alpha" -> "\\" + negated + "{Alpha}";
      case "digit" -> "\\" + negated + "{Digit}";
      case "alnum" -> "\\" + negated + "{Alnum}";
      case "upper" -> "\\" + negated + "{Upper}";
      case "lower" -> "\\" + negated + "{Lower}";
      case "punct" -> "\\" + negated + "{Punct}";
      case "space" -> "\\" + negated + "{Space}";
      case "xdigit" -> "\\" + negated + "{XDigit}";
      case "blank" -> "\\" + negated + "{Blank}";
      case "cntrl" -> "\\" + negated + "{Cntrl}";
      case "graph" -> "\\" + negated + "{Graph}";
      case "print" -> "\\" + negated + "{Print}";
      case "word" -> negated.equals("p") ? "\\w" : "\\W";
      default ->
          throw new PatternSyntaxException("unknown POSIX class name", "[:" + name + ":]", 0);
    };
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }

  /// Counts how often a text is looked at.
  private static final class Steps {
    private final QueryAllowance allowance;
    private int taken;

    Steps(QueryAllowance allowance) {
      this.allowance = allowance;
    }

    void take() {
      allowance.step();
      if (++taken > MAX_STEPS) {
        throw new TooManySteps();
      }
    }
  }

  private record Counted(CharSequence text, Steps steps) implements CharSequence {
    @Override
    public char charAt(int index) {
      steps.take();
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), steps);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManySteps() {
      super("too many steps", null, false, false);
    }
  }
}
