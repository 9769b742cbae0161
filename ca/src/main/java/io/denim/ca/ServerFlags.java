package io.denim.ca;

import static io.denim.ca.FlagSet.Flag.list;
import static io.denim.ca.FlagSet.Flag.on;
import static io.denim.ca.FlagSet.Flag.text;

import io.denim.ca.FlagSet.Flag;
import io.denim.ca.FlagSet.Kind;
import java.util.List;

/// The flags of `fabric-ca-server`, each a key of its configuration file but for the first few.
/// Those of what this CA has not (LDAP, Idemix, other databases) are taken and change nothing.
final class ServerFlags {
  static final FlagSet SET =
      new FlagSet(
          List.of(
              new Flag("help", 'h', Kind.SWITCH, "help for fabric-ca-server"),
              new Flag("config", 'c', Kind.TEXT, "Configuration file"),
              new Flag("home", 'H', Kind.TEXT, "Server's home directory"),
              new Flag("boot", 'b', Kind.TEXT, "user:pass of the first administrator"),
              text("address", "Address to listen at (0.0.0.0)"),
              new Flag("port", 'p', Kind.TEXT, "Port to listen at (7054)"),
              new Flag("debug", 'd', Kind.SWITCH, "Taken for compatibility"),
              text("loglevel", "Taken for compatibility"),
              text("ca.certfile", "The CA's certificate (ca-cert.pem)"),
              text("ca.chainfile", "The chain to its root (ca-chain.pem)"),
              text("ca.keyfile", "Its key, where that is not in the key store"),
              new Flag("ca.name", 'n', Kind.TEXT, "The CA's name"),
              on("ca.reenrollignorecertexpiry", "Expired certificates may ask for the next"),
              text("cacount", "Not supported; see cafiles"),
              list("cafiles", "Configuration files of further CAs"),
              on("cfg.affiliations.allowremove", "Affiliations may be removed"),
              on("cfg.identities.allowremove", "Identities may be removed"),
              text("cfg.identities.passwordattempts", "Wrong passwords before a lock (10)"),
              text("crl.expiry", "Until a revocation list's next update (24h)"),
              text("crlsizelimit", "Taken for compatibility"),
              on("cors.enabled", "Taken for compatibility"),
              list("cors.origins", "Taken for compatibility"),
              text("csr.cn", "Common name of the CA's certificate"),
              list("csr.hosts", "Hosts of the server's TLS certificate"),
              text("csr.keyrequest.algo", "ecdsa"),
              on("csr.keyrequest.reusekey", "Taken for compatibility"),
              text("csr.keyrequest.size", "256, 384 or 521"),
              text("csr.serialnumber", "Serial number in the CA's subject"),
              text("db.datasource", "The registry's file (fabric-ca-server.db)"),
              text("db.type", "sqlite3, whatever that means here"),
              list("db.tls.certfiles", "Taken for compatibility"),
              text("db.tls.client.certfile", "Taken for compatibility"),
              text("db.tls.client.keyfile", "Taken for compatibility"),
              text("idemix.curve", "Taken for compatibility"),
              text("idemix.nonceexpiration", "Taken for compatibility"),
              text("idemix.noncesweepinterval", "Taken for compatibility"),
              text("idemix.rhpoolsize", "Taken for compatibility"),
              text("intermediate.enrollment.label", "Taken for compatibility"),
              text("intermediate.enrollment.profile", "Profile at the parent CA"),
              text("intermediate.enrollment.type", "x509"),
              text("intermediate.parentserver.caname", "The parent CA's name"),
              new Flag("intermediate.parentserver.url", 'u', Kind.TEXT, "Where the parent CA is"),
              list("intermediate.tls.certfiles", "Roots of the parent's TLS certificate"),
              text("intermediate.tls.client.certfile", "Taken for compatibility"),
              text("intermediate.tls.client.keyfile", "Taken for compatibility"),
              on("ldap.enabled", "Not supported"),
              text("registry.maxenrollments", "Enrollments with one password (-1: any number)"),
              text("tls.certfile", "The server's TLS certificate (tls-cert.pem)"),
              list("tls.clientauth.certfiles", "Roots of clients' TLS certificates"),
              text("tls.clientauth.type", "What is asked of clients (noclientcert)"),
              on("tls.enabled", "Serve with TLS"),
              text("tls.keyfile", "The server's TLS key, where it is not in the key store")));

  private ServerFlags() {}

  static String usage() {
    return """
    Fabric's certificate authority

    Usage:
      fabric-ca-server [command]

    Available Commands:
      init        Make what the server needs and is not there
      start       Start the server
      version     Print the version

    Flags:
    """
        + FlagHelp.of(SET);
  }
}
