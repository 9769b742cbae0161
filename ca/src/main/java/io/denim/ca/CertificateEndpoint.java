package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.denim.node.GoDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `certificates`: what the CA issued to those whom the caller may see (fabric-ca v1.5
/// lib/servercertificates.go, lib/server/certificaterequest). Stateless.
final class CertificateEndpoint {
  private static final Pattern DAYS = Pattern.compile("([+-])[^0-9]*([0-9]{1,7}).*d");

  private CertificateEndpoint() {}

  static JsonNode list(CaRequest request) throws CaRefusal {
    Caller caller = Authentication.byToken(request, false);
    boolean registrar = caller.identity().attribute(Attribute.ROLES).isPresent();
    if (!registrar && !caller.has(Attribute.REVOKER)) {
      throw CaRefusal.authorization(
          ErrorCode.AUTHORIZATION_FAILURE,
          "Caller does not posses either hf.Registrar.Roles or hf.Revoker attribute");
    }
    Ca ca = request.ca();
    Filter filter = filter(request, ca.now());
    String above = caller.identity().affiliation();
    ObjectNode result = CaInfo.object();
    ArrayNode certificates = result.putArray("certs");
    for (IssuedCertificate each : ca.registry().certificates()) {
      boolean visible =
          above.isEmpty()
              || ca.registry()
                  .identity(each.id())
                  .filter(owner -> owner.isWithin(above))
                  .isPresent();
      if (visible && filter.takes(each, ca.now())) {
        certificates.addObject().put("PEM", each.pem());
      }
    }
    return result.put("caname", request.query("ca"));
  }

  /// A span of time; an absent end is open.
  private record Span(Optional<Instant> start, Optional<Instant> end) {
    boolean isOpen() {
      return start.isEmpty() && end.isEmpty();
    }

    boolean holds(Instant time) {
      return start.map(from -> !time.isBefore(from)).orElse(true)
          && end.map(to -> !time.isAfter(to)).orElse(true);
    }
  }

  /// @param key of which an empty part takes every certificate
  private record Filter(
      String id,
      IssuedCertificate.Key key,
      boolean notExpired,
      boolean notRevoked,
      Span expired,
      Span revoked) {
    boolean takes(IssuedCertificate certificate, Instant now) {
      IssuedCertificate.Key own = certificate.key();
      return (id.isEmpty() || certificate.id().equals(id))
          && (key.serial().isEmpty() || own.serial().equals(key.serial()))
          && (key.authorityKeyId().isEmpty() || own.authorityKeyId().equals(key.authorityKeyId()))
          && (!notExpired || !certificate.notAfter().isBefore(now))
          && (!notRevoked || !certificate.isRevoked())
          && expired.holds(certificate.notAfter())
          && (revoked.isOpen()
              || certificate
                  .revocation()
                  .filter(revocation -> revoked.holds(revocation.time()))
                  .isPresent());
    }
  }

  private static Filter filter(CaRequest request, Instant now) throws CaRefusal {
    Filter filter =
        new Filter(
            request.query("id"),
            IssuedCertificate.Key.of(request.query("serial"), request.query("aki")),
            request.flag("notexpired"),
            request.flag("notrevoked"),
            new Span(
                time(request, "expired_start", "expired_begin", now),
                time(request, "expired_end", "expired_end", now)),
            new Span(
                time(request, "revoked_start", "revoked_begin", now),
                time(request, "revoked_end", "revoked_end", now)));
    if (filter.notExpired() && !filter.expired().isOpen()) {
      throw invalid("Can't specify expiration time filter and the 'notexpired' filter");
    }
    if (filter.notRevoked() && !filter.revoked().isOpen()) {
      throw invalid("Can't specify revocation time filter and the 'notrevoked' filter");
    }
    return filter;
  }

  private static CaRefusal invalid(String reason) {
    return CaRefusal.of(400, ErrorCode.GETTING_CERTIFICATE, "Invalid Request: " + reason);
  }

  /// A time of RFC 3339, a day, or a span from now such as `-30d` or `+24h`.
  private static Optional<Instant> time(
      CaRequest request, String parameter, String toldName, Instant now) throws CaRefusal {
    String text = request.query(parameter);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String failure = "Invalid '" + toldName + "' value: ";
    try {
      if (text.startsWith("+") || text.startsWith("-")) {
        String span = text.toLowerCase(Locale.ROOT);
        if (span.endsWith("y")) {
          throw invalid(
              failure + "Invalid time format, year (y) is not supported, please check: " + span);
        }
        Matcher days = DAYS.matcher(span);
        Duration duration =
            days.matches()
                ? Duration.ofDays(Long.parseLong(days.group(1) + days.group(2)))
                : GoDuration.parse(span);
        return Optional.of(now.plus(duration));
      }
      String whole = text.contains("T") ? text : text + "T00:00:00Z";
      return Optional.of(OffsetDateTime.parse(whole).toInstant());
    } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
      throw invalid(failure + "Failed to parse time based on RFC3339: " + e.getMessage());
    }
  }
}
