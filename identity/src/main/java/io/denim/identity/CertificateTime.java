package io.denim.identity;

import io.denim.identity.DerReader.DerException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Reads the two forms of time that certificates hold, as leniently as Go: with seconds or (in
/// short form) without, `Z` or an offset. Stateless.
///
/// Follows golang.org/x/crypto/cryptobyte ReadASN1UTCTime, ReadASN1GeneralizedTime.
final class CertificateTime {
  private static final int UTC_TIME = 23;
  private static final int GENERALIZED_TIME = 24;

  private CertificateTime() {}

  static Instant read(DerReader reader) throws DerException {
    int tag = reader.peekTag();
    String text = new String(reader.any().rest(), StandardCharsets.ISO_8859_1);
    return switch (tag) {
      case UTC_TIME -> utc(text);
      case GENERALIZED_TIME -> instant(text, 4, true, "x509: malformed GeneralizedTime");
      default -> throw new DerException("x509: unsupported time format");
    };
  }

  private static Instant utc(String text) throws DerException {
    String malformed = "x509: malformed UTCTime";
    int zone = zoneStart(text);
    return instant(text, 2, zone != 10, malformed);
  }

  private static int zoneStart(String text) {
    int i = 0;
    while (i < text.length() && Character.isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static Instant instant(String text, int yearDigits, boolean seconds, String malformed)
      throws DerException {
    int zone = yearDigits + (seconds ? 10 : 8);
    if (text.length() <= zone || zoneStart(text) != zone) {
      throw new DerException(malformed);
    }
    try {
      int year = Integer.parseInt(text.substring(0, yearDigits));
      if (yearDigits == 2) {
        year += year >= 50 ? 1900 : 2000;
      }
      LocalDateTime local =
          LocalDateTime.of(
              year,
              pair(text, yearDigits),
              pair(text, yearDigits + 2),
              pair(text, yearDigits + 4),
              pair(text, yearDigits + 6),
              seconds ? pair(text, yearDigits + 8) : 0);
      return local.toInstant(offset(text.substring(zone), malformed));
    } catch (DateTimeException e) {
      throw new DerException(malformed);
    }
  }

  private static int pair(String text, int at) {
    return Integer.parseInt(text.substring(at, at + 2));
  }

  /// `Z`, or an offset other than none.
  private static ZoneOffset offset(String zone, String malformed) throws DerException {
    if (zone.equals("Z")) {
      return ZoneOffset.UTC;
    }
    if (!zone.matches("[+-][0-9]{4}") || zone.endsWith("0000")) {
      throw new DerException(malformed);
    }
    int sign = zone.charAt(0) == '-' ? -1 : 1;
    return ZoneOffset.ofHoursMinutes(sign * pair(zone, 1), sign * pair(zone, 3));
  }
}
