package io.denim.identity;

import io.denim.identity.DerReader.DerException;
import java.nio.charset.StandardCharsets;

/// The constraints on names that a certificate's extension puts on the certificates below it. Only
/// its form is looked at: a certificate whose constraints don't parse doesn't parse, whereas a CA's
/// constraints are not applied to names (see {@link CertificatePool}).
///
/// Follows Go's crypto/x509 parser.go parseNameConstraintsExtension.
final class NameConstraints {
  private static final int PERMITTED = 0xa0;
  private static final int EXCLUDED = 0xa1;
  private static final int MAIL = 0x81;
  private static final int HOST = 0x82;
  private static final int URI = 0x86;
  private static final int ADDRESS = 0x87;

  private NameConstraints() {}

  /// Checks the extension's bytes.
  ///
  /// @return whether all constraints are of kinds that Go understands
  /// @throws DerException where Go would not parse the certificate
  static boolean understood(byte[] value) throws DerException {
    DerReader outer = DerReader.of(value);
    DerReader both = outer.read(DerReader.SEQUENCE);
    DerReader permitted = both.next(PERMITTED) ? both.read(PERMITTED) : DerReader.of(new byte[0]);
    DerReader excluded = both.next(EXCLUDED) ? both.read(EXCLUDED) : DerReader.of(new byte[0]);
    if (!outer.isEmpty() || !both.isEmpty()) {
      throw new DerException("x509: invalid NameConstraints extension");
    }
    if (permitted.isEmpty() && excluded.isEmpty()) {
      throw new DerException("x509: empty name constraints extension");
    }
    boolean understood = subtrees(permitted);
    return subtrees(excluded) && understood;
  }

  private static boolean subtrees(DerReader subtrees) throws DerException {
    boolean understood = true;
    while (!subtrees.isEmpty()) {
      DerReader subtree = subtrees.read(DerReader.SEQUENCE);
      int tag = subtree.peekTag();
      byte[] base = subtree.any().rest();
      switch (tag) {
        case MAIL -> mail(text(base));
        case HOST -> domain(text(base));
        case URI -> {
          String domain = text(base);
          if (IpAddress.parse(domain).isPresent()) {
            throw invalid(domain);
          }
          domain(domain);
        }
        case ADDRESS -> address(base);
        default -> understood = false;
      }
    }
    return understood;
  }

  private static String text(byte[] value) throws DerException {
    for (byte b : value) {
      if (b < 0) {
        throw new DerException("x509: invalid constraint value");
      }
    }
    return new String(value, StandardCharsets.US_ASCII);
  }

  /// A mailbox, of which only the form of its domain is checked, or a domain.
  private static void mail(String constraint) throws DerException {
    int at = constraint.lastIndexOf('@');
    if (at == 0) {
      throw invalid(constraint);
    }
    domain(constraint.substring(at + 1));
  }

  /// Printable labels, none of them empty but the first.
  private static void domain(String domain) throws DerException {
    String labels = domain.startsWith(".") ? domain.substring(1) : domain;
    if (domain.isEmpty()) {
      return;
    }
    if (labels.isEmpty() || labels.startsWith(".") || labels.endsWith(".")) {
      throw invalid(domain);
    }
    if (labels.contains("..") || !labels.chars().allMatch(c -> c >= 33 && c <= 126)) {
      throw invalid(domain);
    }
  }

  /// Address and mask, whose ones come first.
  private static void address(byte[] value) throws DerException {
    if (value.length != 8 && value.length != 32) {
      throw new DerException("x509: IP constraint contained value of length " + value.length);
    }
    boolean zeros = false;
    for (int bit = value.length * 4; bit < value.length * 8; bit++) {
      boolean one = (value[bit / 8] & (0x80 >> (bit % 8))) != 0;
      if (one && zeros) {
        throw new DerException("x509: IP constraint contained invalid mask");
      }
      zeros |= !one;
    }
  }

  private static DerException invalid(String constraint) {
    return new DerException("x509: failed to parse constraint \"" + constraint + "\"");
  }
}
