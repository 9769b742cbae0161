package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a certificate's extensions say about its use.
///
/// Follows Go's crypto/x509 parser.go processExtensions.
///
/// @param basicConstraints whether that extension is there
/// @param maxPathLength -1 where there is none
/// @param mayIssue whether the key usage, if there is one, allows signing certificates
/// @param serverAuth whether the extended key usage, if there is one, allows a TLS server, which Go
///   asks of every certificate that it verifies
/// @param unhandledCritical whether there is a critical extension that is not understood
/// @param nameConstraints whether it constrains the names of certificates below it
/// @param subjectKeyId empty where there is none
/// @param alternativeNames the extension's bytes
record CertificateExtensions(
    boolean basicConstraints,
    boolean isCa,
    long maxPathLength,
    boolean mayIssue,
    boolean serverAuth,
    boolean unhandledCritical,
    boolean nameConstraints,
    @Nullable ByteString subjectKeyId,
    ByteString authorityKeyId,
    @Nullable ByteString alternativeNames) {
  private static final String CERTIFICATE_EXTENSION = "551d";
  private static final String SERVER_AUTH = "2b06010505070301";
  private static final String ANY_USAGE = "551d2500";
  private static final int NAME = 0xa0;
  private static final int LOCATION = 0x86;
  private static final String AUTHORITY_INFO_ACCESS = "2b06010505070101";

  static CertificateExtensions none() {
    return new Parser().done();
  }

  /// Reads the content of the `Extensions` sequence.
  ///
  /// @throws DerException where Go would not parse the certificate
  static CertificateExtensions parse(DerReader extensions) throws DerException {
    Parser parser = new Parser();
    Set<String> seen = new HashSet<>();
    while (!extensions.isEmpty()) {
      DerReader extension = extensions.read(DerReader.SEQUENCE);
      String oid = extension.objectIdentifier();
      boolean critical = extension.next(DerReader.BOOLEAN) && extension.bool();
      byte[] value = extension.octetString();
      if (!seen.add(oid)) {
        throw new DerException("x509: certificate contains duplicate extension with OID " + oid);
      }
      parser.extension(oid, critical, value);
    }
    return parser.done();
  }

  /// Collects extension by extension. Owned by the parsing thread.
  private static final class Parser {
    private boolean basicConstraints;
    private boolean isCa;
    private long maxPathLength = -1;
    private boolean mayIssue = true;
    private boolean serverAuth = true;
    private boolean unhandledCritical;
    private boolean nameConstraints;
    private @Nullable ByteString subjectKeyId;
    private ByteString authorityKeyId = ByteString.EMPTY;
    private @Nullable ByteString alternativeNames;

    CertificateExtensions done() {
      return new CertificateExtensions(
          basicConstraints,
          isCa,
          maxPathLength,
          mayIssue,
          serverAuth,
          unhandledCritical,
          nameConstraints,
          subjectKeyId,
          authorityKeyId,
          alternativeNames);
    }

    void extension(String oid, boolean critical, byte[] value) throws DerException {
      boolean handled = false;
      if (oid.length() == 6 && oid.startsWith(CERTIFICATE_EXTENSION)) {
        handled = standard(Integer.parseInt(oid.substring(4), 16), critical, value);
      } else if (oid.equals(AUTHORITY_INFO_ACCESS)) {
        informationAccess(critical, value);
        handled = true;
      }
      unhandledCritical |= critical && !handled;
    }

    private boolean standard(int number, boolean critical, byte[] value) throws DerException {
      DerReader reader = DerReader.of(value);
      switch (number) {
        case 14 -> subjectKeyId(critical, reader);
        case 15 -> keyUsage(reader);
        case 17 -> {
          return alternativeNames(reader, value);
        }
        case 19 -> basicConstraints(reader);
        case 30 -> {
          nameConstraints = true;
          return NameConstraints.understood(value);
        }
        case 31 -> distributionPoints(reader);
        case 32 -> policies(reader);
        case 33, 36 -> reader.read(DerReader.SEQUENCE);
        case 35 -> authorityKeyId(critical, reader);
        case 37 -> extendedKeyUsage(reader);
        case 54 -> reader.integer();
        default -> {
          return false;
        }
      }
      return true;
    }

    private static void informationAccess(boolean critical, byte[] value) throws DerException {
      if (critical) {
        throw new DerException("x509: authority info access incorrectly marked critical");
      }
      DerReader accesses = DerReader.of(value).read(DerReader.SEQUENCE);
      while (!accesses.isEmpty()) {
        DerReader access = accesses.read(DerReader.SEQUENCE);
        access.objectIdentifier();
        if (access.next(LOCATION)) {
          access.read(LOCATION);
        }
      }
    }

    private static void distributionPoints(DerReader reader) throws DerException {
      DerReader points = reader.read(DerReader.SEQUENCE);
      while (!points.isEmpty()) {
        DerReader point = points.read(DerReader.SEQUENCE);
        if (point.next(NAME)) {
          DerReader names = point.read(NAME).read(NAME);
          while (names.next(LOCATION)) {
            names.read(LOCATION);
          }
        }
      }
    }

    private static void policies(DerReader reader) throws DerException {
      DerReader policies = reader.read(DerReader.SEQUENCE);
      Set<String> seen = new HashSet<>();
      while (!policies.isEmpty()) {
        if (!seen.add(policies.read(DerReader.SEQUENCE).objectIdentifier())) {
          throw new DerException("x509: invalid certificate policies");
        }
      }
    }

    private void subjectKeyId(boolean critical, DerReader reader) throws DerException {
      if (critical) {
        throw new DerException("x509: subject key identifier incorrectly marked critical");
      }
      subjectKeyId = ByteString.copyFrom(reader.octetString());
    }

    private void authorityKeyId(boolean critical, DerReader reader) throws DerException {
      if (critical) {
        throw new DerException("x509: authority key identifier incorrectly marked critical");
      }
      DerReader sequence = reader.read(DerReader.SEQUENCE);
      if (sequence.next(0x80)) {
        authorityKeyId = ByteString.copyFrom(sequence.any().rest());
      }
    }

    /// The bit for signing certificates is the sixth; a usage without any bit is as good as none.
    private void keyUsage(DerReader reader) throws DerException {
      byte[] bits = reader.bitString();
      int first = bits.length > 1 ? bits[1] & 0xff : 0;
      boolean ninth = bits.length > 2 && (bits[2] & 0x80) != 0;
      mayIssue = (first & 0x04) != 0 || (first == 0 && !ninth);
    }

    private void basicConstraints(DerReader reader) throws DerException {
      DerReader sequence = reader.read(DerReader.SEQUENCE);
      basicConstraints = true;
      isCa = sequence.next(DerReader.BOOLEAN) && sequence.bool();
      if (sequence.next(DerReader.INTEGER)) {
        BigInteger length = sequence.integer();
        if (length.signum() < 0 || length.bitLength() > 63) {
          throw new DerException("x509: invalid basic constraints");
        }
        maxPathLength = length.longValueExact();
      }
    }

    private void extendedKeyUsage(DerReader reader) throws DerException {
      DerReader usages = reader.read(DerReader.SEQUENCE);
      boolean any = false;
      boolean found = false;
      while (!usages.isEmpty()) {
        String usage = usages.objectIdentifier();
        any = true;
        found |= usage.equals(SERVER_AUTH) || usage.equals(ANY_USAGE);
      }
      serverAuth = !any || found;
    }

    /// Whether any of the names is of a kind that is understood.
    private boolean alternativeNames(DerReader reader, byte[] value) throws DerException {
      alternativeNames = ByteString.copyFrom(value);
      DerReader names = reader.read(DerReader.SEQUENCE);
      boolean understood = false;
      while (!names.isEmpty()) {
        int tag = names.peekTag() ^ 0x80;
        byte[] name = names.any().rest();
        switch (tag) {
          case 1, 2, 6 -> {
            for (byte b : name) {
              if (b < 0) {
                throw new DerException("x509: SAN name is malformed");
              }
            }
            understood = true;
          }
          case 7 -> {
            if (name.length != 4 && name.length != 16) {
              throw new DerException("x509: cannot parse IP address of length " + name.length);
            }
            understood = true;
          }
          default -> {}
        }
      }
      return understood;
    }
  }
}
