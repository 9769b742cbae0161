package io.denim.policy;

import java.util.ArrayList;
import java.util.List;

/// Reads the policy language's expressions: calls, texts, numbers with the usual operators. Owned
/// by the thread that parses.
///
/// The language is the part of github.com/expr-lang/expr that fabric v3.1.5 common/policydsl gives
/// a meaning to.
final class PolicyText {
  private static final int MAX_LENGTH = 256 * 1024;
  private static final int MAX_DEPTH = 200;

  /// An expression.
  sealed interface Expression {
    record Call(String name, List<Expression> arguments) implements Expression {}

    record Text(String value) implements Expression {}

    /// @param whole whether it is written as an integer, or computed from such
    record Figure(double value, boolean whole) implements Expression {}

    record Truth(boolean value) implements Expression {}
  }

  private final String text;
  private int at;
  private int depth;

  private PolicyText(String text) {
    this.text = text;
  }

  /// @throws PolicyConfigException if it is not one expression
  static Expression parse(String text) throws PolicyConfigException {
    if (text.length() > MAX_LENGTH) {
      throw new PolicyConfigException(
          "policy string of " + text.length() + " characters, at most " + MAX_LENGTH);
    }
    PolicyText parser = new PolicyText(text);
    Expression expression = parser.sum();
    parser.space();
    if (parser.at < text.length()) {
      throw parser.unexpected();
    }
    return expression;
  }

  private Expression sum() throws PolicyConfigException {
    depth++;
    if (depth > MAX_DEPTH) {
      throw new PolicyConfigException("policy string nests more than " + MAX_DEPTH + " deep");
    }
    Expression left = product();
    while (true) {
      if (take('+')) {
        left = compute(left, '+', product());
      } else if (take('-')) {
        left = compute(left, '-', product());
      } else {
        depth--;
        return left;
      }
    }
  }

  private Expression product() throws PolicyConfigException {
    Expression left = signed();
    while (true) {
      if (take('*')) {
        left = compute(left, '*', signed());
      } else if (take('/')) {
        left = compute(left, '/', signed());
      } else {
        return left;
      }
    }
  }

  private Expression signed() throws PolicyConfigException {
    if (take('-')) {
      return compute(new Expression.Figure(0, true), '-', primary());
    }
    take('+');
    return primary();
  }

  private Expression compute(Expression left, char operator, Expression right)
      throws PolicyConfigException {
    if (!(left instanceof Expression.Figure(double a, boolean aWhole))
        || !(right instanceof Expression.Figure(double b, boolean bWhole))) {
      throw new PolicyConfigException(
          "invalid operation: " + operator + " (mismatched types) (1:" + at + ")");
    }
    return switch (operator) {
      case '+' -> new Expression.Figure(a + b, aWhole && bWhole);
      case '-' -> new Expression.Figure(a - b, aWhole && bWhole);
      case '*' -> new Expression.Figure(a * b, aWhole && bWhole);
      default -> new Expression.Figure(a / b, false);
    };
  }

  private Expression primary() throws PolicyConfigException {
    space();
    if (at >= text.length()) {
      throw unexpected();
    }
    char c = text.charAt(at);
    if (c == '\'' || c == '"' || c == '`') {
      return quoted(c);
    }
    if (c >= '0' && c <= '9') {
      return number();
    }
    if (Character.isLetter(c) || c == '_') {
      return named();
    }
    if (take('(')) {
      Expression inner = sum();
      expect(')');
      return inner;
    }
    throw unexpected();
  }

  private Expression quoted(char quote) throws PolicyConfigException {
    StringBuilder value = new StringBuilder();
    int i = at + 1;
    while (i < text.length() && text.charAt(i) != quote) {
      if (text.charAt(i) == '\\' && quote != '`' && i + 1 < text.length()) {
        i++;
      }
      value.append(text.charAt(i));
      i++;
    }
    if (i >= text.length()) {
      throw new PolicyConfigException("literal not terminated (1:" + (at + 1) + ")");
    }
    at = i + 1;
    return new Expression.Text(value.toString());
  }

  private Expression number() throws PolicyConfigException {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "._".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    String digits = text.substring(start, at);
    if (!digits.matches("[0-9]+(\\.[0-9]*)?([eE][0-9]+)?")) {
      throw new PolicyConfigException("bad number syntax: \"" + digits + "\" (1:" + (at + 1) + ")");
    }
    return new Expression.Figure(Double.parseDouble(digits), digits.matches("[0-9]+"));
  }

  private Expression named() throws PolicyConfigException {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    String name = text.substring(start, at);
    switch (name) {
      case "true", "false" -> {
        return new Expression.Truth(name.equals("true"));
      }
      case "or", "and", "not", "in" ->
          throw new PolicyConfigException(
              "unexpected token Operator(\"" + name + "\") (1:" + (start + 1) + ")");
      default -> {}
    }
    if (!take('(')) {
      throw new PolicyConfigException("unknown name " + name + " (1:" + (start + 1) + ")");
    }
    List<Expression> arguments = new ArrayList<>();
    while (!take(')')) {
      if (!arguments.isEmpty()) {
        expect(',');
        if (take(')')) {
          break;
        }
      }
      arguments.add(sum());
    }
    return new Expression.Call(name, arguments);
  }

  private void expect(char c) throws PolicyConfigException {
    if (!take(c)) {
      throw unexpected();
    }
  }

  private boolean take(char c) {
    space();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private PolicyConfigException unexpected() {
    String token = at < text.length() ? "\"" + text.charAt(at) + "\"" : "EOF";
    return new PolicyConfigException("unexpected token " + token + " (1:" + (at + 1) + ")");
  }
}
