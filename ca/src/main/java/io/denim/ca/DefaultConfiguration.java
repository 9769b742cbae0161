package io.denim.ca;

/// The configuration files that the tools begin with: Fabric's keys with their defaults. Stateless.
final class DefaultConfiguration {
  private DefaultConfiguration() {}

  static String server(String administrator, String password, String host) {
    return """
    # fabric-ca-server. Every key can also be a flag, --tls.enabled, or an environment variable,
    # FABRIC_CA_SERVER_TLS_ENABLED. Relative paths start in this file's folder.
    version: %s

    port: 7054

    tls:
      enabled: false
      # Made and certified by this CA where they are missing and no keyfile is named.
      certfile:
      keyfile:
      clientauth:
        type: noclientcert
        certfiles:

    ca:
      name:
      # Where the key is not in the key store.
      keyfile:
      certfile:
      chainfile:
      reenrollIgnoreCertExpiry: false

    crl:
      expiry: 24h

    registry:
      # How often one password is good for; -1 for any number.
      maxenrollments: -1
      identities:
        - name: %s
          pass: %s
          type: client
          affiliation: ""
          attrs:
            hf.Registrar.Roles: "*"
            hf.Registrar.DelegateRoles: "*"
            hf.Revoker: true
            hf.IntermediateCA: true
            hf.GenCRL: true
            hf.Registrar.Attributes: "*"
            hf.AffiliationMgr: true

    # Where identities and certificates are kept.
    db:
      type: sqlite3
      datasource: fabric-ca-server.db

    affiliations:
      org1:
        - department1
        - department2
      org2:
        - department1

    signing:
      default:
        usage:
          - digital signature
        expiry: 8760h
      profiles:
        ca:
          usage:
            - cert sign
            - crl sign
          expiry: 43800h
          caconstraint:
            isca: true
            maxpathlen: 0
        tls:
          usage:
            - signing
            - key encipherment
            - server auth
            - client auth
            - key agreement
          expiry: 8760h

    # This CA's own certificate where there is none, and the hosts of the TLS certificate.
    csr:
      cn: fabric-ca-server
      keyrequest:
        algo: ecdsa
        size: 256
      names:
        - C: US
          ST: "North Carolina"
          L:
          O: Hyperledger
          OU: Fabric
      hosts:
        - %s
        - localhost
      ca:
        expiry: 131400h
        pathlength: 1

    bccsp:
      default: SW
      sw:
        hash: SHA2
        security: 256
        filekeystore:
          keystore: msp/keystore

    cfg:
      identities:
        passwordattempts: 10
        allowremove: false
      affiliations:
        allowremove: false
    """
        .formatted(CaInfo.VERSION, quoted(administrator), quoted(password), host);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
