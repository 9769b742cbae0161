package io.denim.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.denim.identity.AlternativeNames;
import io.denim.identity.Certificate;
import io.denim.identity.CertificateTemplate;
import io.denim.identity.CertificationRequest;
import io.denim.identity.SubjectName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// `enroll` and `reenroll`: a certificate for the key of a request (fabric-ca v1.5
/// lib/serverenroll.go). The subject's units come from the identity's type and affiliation, never
/// from the request. Stateless.
final class EnrollEndpoint {
  private static final int MOST_NAME_BYTES = 64;
  private static final int MOST_PLACE_BYTES = 128;
  private static final int COUNTRY_BYTES = 2;
  private static final int MOST_HOSTS = 1000;

  private EnrollEndpoint() {}

  static JsonNode enroll(CaRequest request) throws CaRefusal, IOException {
    return issue(request, Authentication.byPassword(request), true);
  }

  static JsonNode reenroll(CaRequest request) throws CaRefusal, IOException {
    return issue(request, Authentication.byToken(request, true), false);
  }

  private static JsonNode issue(CaRequest request, Caller caller, boolean counts)
      throws CaRefusal, IOException {
    RequestBody body = request.body();
    Ca ca = request.ca();
    String id = caller.identity().id();
    CertificationRequest asked = parse(body);
    Optional<RequestBody> subject = body.object("subject");
    String overriding = subject.isPresent() ? subject.get().text("CN") : id;
    if (!asked.subject().commonName().equals(id) || !overriding.equals(id)) {
      throw CaRefusal.of(
          403,
          ErrorCode.COMMON_NAME_DIFFERS,
          "The CSR subject common name must equal the enrollment ID");
    }
    SigningProfile profile = profile(ca, body, caller, asked);
    requireLengths(asked.subject());
    CertificateTemplate template =
        template(ca, body, profile, subject(asked.subject(), subject, caller), caller);
    Certificate certificate = ca.issuer().issue(withNames(template, body, asked), asked);
    record(ca, id, certificate, counts);
    ObjectNode result = CaInfo.object();
    result.put("Cert", Base64.getEncoder().encodeToString(certificate.pem().toByteArray()));
    result.set("ServerInfo", CaInfo.of(ca, ""));
    return result;
  }

  private static CertificationRequest parse(RequestBody body) throws CaRefusal {
    ByteString pem = ByteString.copyFromUtf8(body.text("certificate_request"));
    CertificationRequest asked;
    try {
      asked = CertificationRequest.ofPem(pem);
    } catch (IllegalArgumentException e) {
      throw CaRefusal.of(400, ErrorCode.BAD_REQUEST, "" + e.getMessage());
    }
    Optional<String> refusal = asked.refusal();
    if (refusal.isPresent()) {
      throw CaRefusal.of(
          400, ErrorCode.BAD_REQUEST, "Certificate signing failure: " + refusal.get());
    }
    return asked;
  }

  private static SigningProfile profile(
      Ca ca, RequestBody body, Caller caller, CertificationRequest asked) throws CaRefusal {
    String name = body.text("profile");
    SigningProfile profile =
        ca.profile(name)
            .orElseThrow(
                () -> CaRefusal.of(500, ErrorCode.UNKNOWN, "Invalid profile: '" + name + "'"));
    if (profile.ca().isEmpty() && !asked.asksForCa()) {
      return profile;
    }
    if (!caller.has(Attribute.INTERMEDIATE_CA)) {
      throw CaRefusal.authorization(
          ErrorCode.MISSING_ATTRIBUTE,
          "Enrolled failed: Attribute '"
              + Attribute.INTERMEDIATE_CA
              + "' is not set to true for identity '"
              + caller.identity().id()
              + "'");
    }
    if (profile.ca().isEmpty() || !ca.issuer().certificate().mayIssueCas()) {
      throw CaRefusal.of(
          500,
          ErrorCode.UNKNOWN,
          "Certificate signing failure: {\"code\":5300,\"message\":\"Invalid policy: this CA issues"
              + " no CA's certificate under the profile\"}");
    }
    return profile;
  }

  private static void requireLengths(SubjectName name) throws CaRefusal {
    requireLength("CN", List.of(name.commonName()), MOST_NAME_BYTES);
    requireLength("serial number", List.of(name.serialNumber()), MOST_NAME_BYTES);
    requireLength("organizational unit name", name.units(), MOST_NAME_BYTES);
    requireLength("organization name", name.organizations(), MOST_NAME_BYTES);
    requireLength("country name", name.countries(), COUNTRY_BYTES);
    requireLength("locality name", name.localities(), MOST_PLACE_BYTES);
    requireLength("state name", name.provinces(), MOST_PLACE_BYTES);
  }

  private static void requireLength(String what, List<String> values, int most) throws CaRefusal {
    for (String value : values) {
      if (value.getBytes(StandardCharsets.UTF_8).length > most) {
        throw CaRefusal.of(
            400,
            ErrorCode.REQUEST_INPUT,
            "CSR input validation failed: The "
                + what
                + " '"
                + value
                + "' exceeds the maximum character limit of "
                + most);
      }
    }
  }

  /// What the request overrides, then what the signed request says, with the identity's units.
  private static SubjectName subject(
      SubjectName asked, Optional<RequestBody> overriding, Caller caller) throws CaRefusal {
    List<String> units = new ArrayList<>();
    units.add(caller.identity().type());
    units.addAll(List.of(caller.identity().affiliation().split("\\.", -1)));
    units.removeIf(String::isEmpty);
    List<RequestBody> names =
        overriding.isPresent() ? overriding.get().objects("names").orElse(List.of()) : List.of();
    String serialNumber = overriding.isPresent() ? overriding.get().text("SerialNumber") : "";
    SubjectName subject =
        new SubjectName(
            overridden(names, "C", asked.countries()),
            overridden(names, "O", asked.organizations()),
            units,
            overridden(names, "L", asked.localities()),
            overridden(names, "ST", asked.provinces()),
            caller.identity().id(),
            serialNumber.isEmpty() ? asked.serialNumber() : serialNumber);
    requireLengths(subject.withUnits(List.of()));
    return subject;
  }

  private static List<String> overridden(
      List<RequestBody> names, String field, List<String> fallback) throws CaRefusal {
    List<String> values = new ArrayList<>();
    for (RequestBody name : names) {
      String value = name.text(field);
      if (!value.isEmpty()) {
        values.add(value);
      }
    }
    return values.isEmpty() ? fallback : values;
  }

  private static CertificateTemplate template(
      Ca ca, RequestBody body, SigningProfile profile, SubjectName subject, Caller caller)
      throws CaRefusal {
    if (!body.objects("extensions").orElse(List.of()).isEmpty()) {
      throw CaRefusal.of(
          500,
          ErrorCode.UNKNOWN,
          "Certificate signing failure: no extension may be given with a request");
    }
    Certificate root = ca.issuer().certificate();
    Instant minute = Instant.ofEpochSecond(Math.floorDiv(ca.now().getEpochSecond() + 30, 60L) * 60);
    Instant notAfter = minute.plus(profile.lifetime());
    Instant notBefore = body.time("NotBefore").orElse(root.notBefore());
    return new CertificateTemplate(
        subject,
        AlternativeNames.none(),
        notBefore.isBefore(root.notBefore()) ? root.notBefore() : notBefore,
        notAfter.isAfter(root.notAfter()) ? root.notAfter() : notAfter,
        profile.usages(),
        profile.ca(),
        CertifiedAttributes.of(caller.identity(), body));
  }

  private static CertificateTemplate withNames(
      CertificateTemplate template, RequestBody body, CertificationRequest asked) throws CaRefusal {
    Optional<List<String>> hosts = body.texts("hosts");
    if (hosts.isPresent() && hosts.get().size() > MOST_HOSTS) {
      throw CaRefusal.of(
          400, ErrorCode.REQUEST_INPUT, "CSR input validation failed: more than 1000 hosts");
    }
    return template.withAlternativeNames(
        hosts.isPresent() ? AlternativeNames.of(hosts.get()) : asked.alternativeNames());
  }

  /// Keeps the certificate and counts the enrollment, both or neither.
  private static void record(Ca ca, String id, Certificate certificate, boolean counts)
      throws CaRefusal, IOException {
    ca.registry()
        .transact(changes -> {
          CaIdentity now = ca.identity(id);
          changes.add(new RegistryChange.PutCertificate(IssuedCertificate.of(certificate, id)));
          if (counts) {
            Authentication.requireEnrollment(ca, now);
            CaIdentity.Enrollments so = now.enrollments();
            changes.add(
                new RegistryChange.PutIdentity(
                    now.withEnrollments(
                        new CaIdentity.Enrollments(so.most(), so.done() + 1, so.failedLogins()))));
          }
          return certificate;
        });
  }
}
