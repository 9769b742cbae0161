package io.denim.ca.client;

import static io.denim.ca.FlagSet.Flag.list;
import static io.denim.ca.FlagSet.Flag.on;
import static io.denim.ca.FlagSet.Flag.text;

import io.denim.ca.FlagSet;
import io.denim.ca.FlagSet.Flag;
import io.denim.ca.FlagSet.Kind;
import java.util.ArrayList;
import java.util.List;

/// The flags of `fabric-ca-client`: those of every command, and what some add (fabric-ca v1.5
/// cmd/fabric-ca-client/command).
final class ClientFlags {
  private static final FlagSet ALL =
      new FlagSet(
          List.of(
              new Flag("help", 'h', Kind.SWITCH, "Help"),
              new Flag("config", 'c', Kind.TEXT, "Configuration file"),
              new Flag("home", 'H', Kind.TEXT, "Client's home directory"),
              new Flag("url", 'u', Kind.TEXT, "Where the CA is, to enroll with user:password@"),
              new Flag("mspdir", 'M', Kind.TEXT, "MSP directory, below the home directory (msp)"),
              new Flag("myhost", 'm', Kind.TEXT, "This host's name"),
              new Flag("debug", 'd', Kind.SWITCH, "Taken for compatibility"),
              text("caname", "The CA's name at the server"),
              text("csr.cn", "Common name of a request"),
              list("csr.hosts", "Hosts that the certificate shall be for"),
              text("csr.keyrequest.algo", "ecdsa"),
              on("csr.keyrequest.reusekey", "Reenroll with the present key"),
              text("csr.keyrequest.size", "256, 384 or 521"),
              list("csr.names", "Names of the subject, such as C=CA,O=Org1"),
              text("csr.serialnumber", "Serial number in the subject"),
              list("enrollment.attrs", "Attributes to certify, such as foo,bar:opt"),
              text("enrollment.label", "Taken for compatibility"),
              text("enrollment.profile", "Kind of certificate, such as tls"),
              text("enrollment.type", "x509"),
              text("id.affiliation", "Affiliation of the identity to register"),
              list("id.attrs", "Its attributes, such as foo=foo1,bar=bar1:ecert"),
              text("id.maxenrollments", "How often it may enroll with its secret"),
              text("id.name", "Its name"),
              text("id.secret", "Its secret; one is made where none is given"),
              text("id.type", "Its type, such as peer (client)"),
              text("idemix.curve", "Taken for compatibility"),
              text("loglevel", "Taken for compatibility"),
              text("mycacertfile", "Where in the MSP directory the CA's certificate goes"),
              text("mycertfile", "Where in the MSP directory the certificate goes"),
              text("myskfile", "Where in the MSP directory the private key goes"),
              new Flag("revoke.aki", 'a', Kind.TEXT, "Key identifier of its issuer"),
              new Flag("revoke.name", 'e', Kind.TEXT, "Identity to revoke"),
              new Flag("revoke.reason", 'r', Kind.TEXT, "Why it is revoked"),
              new Flag("revoke.serial", 's', Kind.TEXT, "Serial number of a certificate to revoke"),
              list("tls.certfiles", "Roots of the server's TLS certificate"),
              text("tls.client.certfile", "TLS certificate of this client"),
              text("tls.client.keyfile", "Its key")));

  private ClientFlags() {}

  static FlagSet of(String command) {
    List<Flag> more = new ArrayList<>();
    switch (command) {
      case "revoke" -> more.add(on("gencrl", "Fetch the list of all revoked certificates"));
      case "gencrl" -> {
        more.add(text("revokedafter", "Only what was revoked later, a time of RFC 3339"));
        more.add(text("revokedbefore", "Only what was revoked earlier"));
        more.add(text("expireafter", "Only what expires later"));
        more.add(text("expirebefore", "Only what expires earlier"));
      }
      case "identity" -> {
        more.add(text("id", "One identity"));
        more.add(text("type", "Type, such as peer"));
        more.add(text("affiliation", "Affiliation"));
        more.add(text("secret", "Enrollment secret"));
        more.add(text("maxenrollments", "How often it may enroll with its secret"));
        more.add(list("attrs", "Attributes, such as foo=foo1,bar=bar1:ecert"));
        more.add(text("json", "All of it as JSON"));
        more.add(on("force", "Remove one's own identity"));
      }
      case "affiliation" -> {
        more.add(text("affiliation", "One affiliation"));
        more.add(text("name", "Its new name"));
        more.add(on("force", "Whatever hangs on it, too"));
      }
      case "certificate" -> {
        more.add(text("id", "Only an identity's"));
        more.add(text("aki", "Only of this issuer's key identifier"));
        more.add(text("serial", "Only of this serial number"));
        more.add(on("notexpired", "Without those that expired"));
        more.add(on("notrevoked", "Without those that are revoked"));
        more.add(text("expiration", "Only what expires between, start::end"));
        more.add(text("revocation", "Only what was revoked between, start::end"));
        more.add(text("store", "Folder to store them in"));
      }
      default -> {}
    }
    return ALL.and(more);
  }
}
