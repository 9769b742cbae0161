package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A certificate's subject as a CA writes it: values of one kind stand in one set, kinds in Go's
/// order. Immutable.
///
/// Follows Go's crypto/x509/pkix Name.ToRDNSequence and FillFromRDNSequence.
///
/// @param countries values of `C`, and so on with `O`, `OU`, `L` and `ST`
/// @param commonName empty where there is none
/// @param serialNumber of the subject, not of the certificate; empty where there is none
public record SubjectName(
    List<String> countries,
    List<String> organizations,
    List<String> units,
    List<String> localities,
    List<String> provinces,
    String commonName,
    String serialNumber) {
  private static final String OID_COUNTRY = "550406";
  private static final String OID_ORGANIZATION = "55040a";
  private static final String OID_UNIT = "55040b";
  private static final String OID_LOCALITY = "550407";
  private static final String OID_PROVINCE = "550408";
  private static final String OID_COMMON_NAME = "550403";
  private static final String OID_SERIAL_NUMBER = "550405";
  private static final Pattern PRINTABLE = Pattern.compile("[A-Za-z0-9 '()+,./:=?-]*");

  public SubjectName {
    countries = List.copyOf(countries);
    organizations = List.copyOf(organizations);
    units = List.copyOf(units);
    localities = List.copyOf(localities);
    provinces = List.copyOf(provinces);
  }

  /// A name of which only the common name is known.
  public static SubjectName of(String commonName) {
    return new SubjectName(List.of(), List.of(), List.of(), List.of(), List.of(), commonName, "");
  }

  /// @param values by the attributes' short names in lower case: c, o, ou, l, st
  public static SubjectName of(
      Map<String, List<String>> values, String commonName, String serialNumber) {
    return new SubjectName(
        values.getOrDefault("c", List.of()),
        values.getOrDefault("o", List.of()),
        values.getOrDefault("ou", List.of()),
        values.getOrDefault("l", List.of()),
        values.getOrDefault("st", List.of()),
        commonName,
        serialNumber);
  }

  /// The same name with other units.
  public SubjectName withUnits(List<String> others) {
    return new SubjectName(
        countries, organizations, others, localities, provinces, commonName, serialNumber);
  }

  /// The same name with another common name.
  public SubjectName withCommonName(String other) {
    return new SubjectName(
        countries, organizations, units, localities, provinces, other, serialNumber);
  }

  /// @throws DerException where Go would not parse the name
  static SubjectName parse(byte[] name) throws DerException {
    List<String> countries = new ArrayList<>();
    List<String> organizations = new ArrayList<>();
    List<String> units = new ArrayList<>();
    List<String> localities = new ArrayList<>();
    List<String> provinces = new ArrayList<>();
    String commonName = "";
    String serialNumber = "";
    for (CertificateName.Attribute attribute : CertificateName.attributes(name)) {
      switch (attribute.type()) {
        case OID_COUNTRY -> countries.add(attribute.value());
        case OID_ORGANIZATION -> organizations.add(attribute.value());
        case OID_UNIT -> units.add(attribute.value());
        case OID_LOCALITY -> localities.add(attribute.value());
        case OID_PROVINCE -> provinces.add(attribute.value());
        case OID_COMMON_NAME -> commonName = attribute.value();
        case OID_SERIAL_NUMBER -> serialNumber = attribute.value();
        default -> {}
      }
    }
    return new SubjectName(
        countries, organizations, units, localities, provinces, commonName, serialNumber);
  }

  /// The name in DER.
  ByteString der() {
    List<byte[]> sets = new ArrayList<>();
    add(sets, OID_COUNTRY, countries);
    add(sets, OID_PROVINCE, provinces);
    add(sets, OID_LOCALITY, localities);
    add(sets, OID_ORGANIZATION, organizations);
    add(sets, OID_UNIT, units);
    add(sets, OID_COMMON_NAME, commonName.isEmpty() ? List.of() : List.of(commonName));
    add(sets, OID_SERIAL_NUMBER, serialNumber.isEmpty() ? List.of() : List.of(serialNumber));
    return ByteString.copyFrom(DerWriter.sequence(sets.toArray(byte[][]::new)));
  }

  private static void add(List<byte[]> sets, String type, List<String> values) {
    if (values.isEmpty()) {
      return;
    }
    List<byte[]> attributes = new ArrayList<>();
    for (String value : values) {
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      int tag = PRINTABLE.matcher(value).matches() ? 19 : 12;
      attributes.add(
          DerWriter.sequence(
              DerWriter.element(DerReader.OBJECT_IDENTIFIER, HexFormat.of().parseHex(type)),
              DerWriter.element(tag, text)));
    }
    attributes.sort(Comparator.comparing(each -> each, Arrays::compareUnsigned));
    sets.add(DerWriter.element(DerReader.SET, attributes.toArray(byte[][]::new)));
  }
}
