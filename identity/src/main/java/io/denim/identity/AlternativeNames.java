package io.denim.identity;

import com.google.protobuf.ByteString;
import io.denim.identity.DerReader.DerException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The other names that a certificate is for, kind by kind. Immutable.
///
/// Follows Go's crypto/x509 marshalSANs and cfssl's csr.go, signer/local OverrideHosts.
///
/// @param addresses IP addresses of 4 or 16 bytes
public record AlternativeNames(
    List<String> hosts, List<String> mails, List<ByteString> addresses, List<String> uris) {
  private static final int TAG_MAIL = 0x81;
  private static final int TAG_HOST = 0x82;
  private static final int TAG_URI = 0x86;
  private static final int TAG_ADDRESS = 0x87;
  private static final Pattern MAIL = Pattern.compile("[^\\s@<>,;]+@[^\\s@<>,;]+");
  private static final Pattern URI = Pattern.compile("/.*|[A-Za-z][A-Za-z0-9+.-]*:.+");

  public AlternativeNames {
    hosts = List.copyOf(hosts);
    mails = List.copyOf(mails);
    addresses = List.copyOf(addresses);
    uris = List.copyOf(uris);
  }

  public static AlternativeNames none() {
    return new AlternativeNames(List.of(), List.of(), List.of(), List.of());
  }

  /// Sorts names by what they look like: an IP address, a mail address, a URI, else a host's name.
  public static AlternativeNames of(List<String> names) {
    List<String> hosts = new ArrayList<>();
    List<String> mails = new ArrayList<>();
    List<ByteString> addresses = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    for (String name : names) {
      Optional<byte[]> address = IpAddress.parse(name);
      if (address.isPresent()) {
        addresses.add(ByteString.copyFrom(address.get()));
      } else if (MAIL.matcher(name).matches()) {
        mails.add(name);
      } else if (URI.matcher(name).matches()) {
        uris.add(name);
      } else {
        hosts.add(name);
      }
    }
    return new AlternativeNames(hosts, mails, addresses, uris);
  }

  /// Addresses alone, which is what a CA's own certificate may carry.
  AlternativeNames addressesOnly() {
    return new AlternativeNames(List.of(), List.of(), addresses, List.of());
  }

  boolean isEmpty() {
    return hosts.isEmpty() && mails.isEmpty() && addresses.isEmpty() && uris.isEmpty();
  }

  /// Reads the extension's value.
  ///
  /// @throws DerException where Go would not parse it
  static AlternativeNames parse(byte[] value) throws DerException {
    List<String> hosts = new ArrayList<>();
    List<String> mails = new ArrayList<>();
    List<ByteString> addresses = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    DerReader names = DerReader.of(value).read(DerReader.SEQUENCE);
    while (!names.isEmpty()) {
      int tag = names.peekTag();
      byte[] name = names.any().rest();
      switch (tag) {
        case TAG_MAIL -> mails.add(ascii(name));
        case TAG_HOST -> hosts.add(ascii(name));
        case TAG_URI -> uris.add(ascii(name));
        case TAG_ADDRESS -> {
          if (name.length != 4 && name.length != 16) {
            throw new DerException("x509: cannot parse IP address of length " + name.length);
          }
          addresses.add(ByteString.copyFrom(name));
        }
        default -> {}
      }
    }
    return new AlternativeNames(hosts, mails, addresses, uris);
  }

  /// The extension's value.
  byte[] der() {
    List<byte[]> names = new ArrayList<>();
    hosts.forEach(name -> names.add(text(TAG_HOST, name)));
    mails.forEach(name -> names.add(text(TAG_MAIL, name)));
    addresses.forEach(name -> names.add(DerWriter.element(TAG_ADDRESS, name.toByteArray())));
    uris.forEach(name -> names.add(text(TAG_URI, name)));
    return DerWriter.sequence(names.toArray(byte[][]::new));
  }

  private static byte[] text(int tag, String name) {
    return DerWriter.element(tag, name.getBytes(StandardCharsets.US_ASCII));
  }

  private static String ascii(byte[] name) throws DerException {
    for (byte b : name) {
      if (b < 0) {
        throw new DerException("x509: SAN name is malformed");
      }
    }
    return new String(name, StandardCharsets.US_ASCII);
  }
}
