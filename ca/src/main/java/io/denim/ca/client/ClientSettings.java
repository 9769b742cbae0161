package io.denim.ca.client;

import io.denim.ca.FlagSet;
import io.denim.identity.SubjectName;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a command is told by flags, then environment variables, then `fabric-ca-client-config.yaml`
/// (fabric-ca v1.5 cmd/fabric-ca-client/command/config.go).
///
/// @param file the configuration file, in the home directory; it may not exist
/// @param registration what the file says of identities to register
record ClientSettings(
    Path file,
    Server server,
    Msp msp,
    Tls tls,
    Request request,
    Administration.RegistrationDefaults registration) {
  private static final String PREFIX = "FABRIC_CA_CLIENT";
  private static final String CONFIGURATION = "fabric-ca-client-config.yaml";
  private static final Set<String> LISTS = Set.of("csr.hosts", "tls.certfiles");
  private static final List<String> HOMES =
      List.of("FABRIC_CA_CLIENT_HOME", "FABRIC_CA_HOME", "CA_CFG_PATH");

  /// Where the CA is.
  ///
  /// @param url without a user
  /// @param login whom the URL names
  /// @param caName of the CA at its server; empty for the server's own
  record Server(URI url, Optional<Login> login, String caName) {}

  /// Name and secret of an identity.
  record Login(String name, String secret) {}

  /// Where an identity's files are.
  ///
  /// @param caCertificate and the others: names below the folder in the place of the customary ones
  record Msp(
      Path folder,
      Optional<String> caCertificate,
      Optional<String> certificate,
      Optional<String> key) {}

  /// TLS to the server.
  record Tls(List<Path> roots, Optional<Path> certificate, Optional<Path> key) {
    Tls {
      roots = List.copyOf(roots);
    }
  }

  /// What a certificate shall say.
  ///
  /// @param subject without a common name unless one was given
  /// @param bits of a new key
  record Request(
      SubjectName subject, List<String> hosts, int bits, boolean reuseKey, String profile) {
    Request {
      hosts = List.copyOf(hosts);
    }
  }

  URI url() {
    return server.url();
  }

  Optional<Login> login() {
    return server.login();
  }

  String caName() {
    return server.caName();
  }

  Path home() {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /// Reads all of it, making the configuration file where there is none.
  ///
  /// @param mayCreate whether it is made
  static ClientSettings read(
      FlagSet.Parsed flags, Map<String, String> environment, boolean mayCreate, ClientLog log)
      throws IOException, SettingsException, ClientException {
    Path file =
        flags.configuration(
            CONFIGURATION,
            environment,
            HOMES,
            environment.getOrDefault("HOME", ".") + "/.fabric-ca-client");
    Map<String, String> overrides = overrides(flags, environment);
    Settings first = settings(file, overrides);
    URI given = uri(first.text("url", "http://localhost:7054"));
    Optional<Login> login = login(given);
    if (mayCreate && !Files.exists(file)) {
      create(file, given, login, first);
      log.info("Created a default configuration file at " + file);
    }
    Settings settings = settings(file, overrides);
    ClientSettings read =
        new ClientSettings(
            file,
            new Server(
                withoutUser(given.getUserInfo() == null ? uri(settings.text("url", "")) : given),
                login,
                settings.text("caname", "")),
            new Msp(
                settings.folder().resolve(settings.text("mspdir", "msp")).normalize(),
                settings.optionalText("mycacertfile"),
                settings.optionalText("mycertfile"),
                settings.optionalText("myskfile")),
            new Tls(
                settings.paths("tls.certfiles"),
                settings.path("tls.client.certfile"),
                settings.path("tls.client.keyfile")),
            request(settings, flags),
            new Administration.RegistrationDefaults(
                settings.text("id.name", ""),
                settings.text("id.type", "client"),
                settings.text("id.affiliation", "")));
    settings.finish(Set.of());
    return read;
  }

  private static Settings settings(Path file, Map<String, String> overrides) throws IOException {
    Path folder = file.getParent();
    return Files.exists(file)
        ? Settings.load(file, PREFIX, overrides)
        : Settings.empty(folder == null ? file : folder, PREFIX, overrides);
  }

  /// Flags come before environment variables, under their names.
  private static Map<String, String> overrides(
      FlagSet.Parsed flags, Map<String, String> environment) {
    Map<String, String> overrides = new HashMap<>(environment);
    flags
        .values()
        .forEach((flag, values) ->
            overrides.put(
                PREFIX + "_" + flag.toUpperCase(Locale.ROOT).replace('.', '_'),
                values.size() == 1 && !LISTS.contains(flag)
                    ? values.getFirst()
                    : "["
                        + String.join(", ", values.stream().map(ClientSettings::quoted).toList())
                        + "]"));
    return overrides;
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static URI uri(String text) throws ClientException {
    try {
      URI uri = URI.create(text.isEmpty() ? "http://localhost:7054" : text);
      if (uri.getHost() == null || uri.getScheme() == null) {
        throw new ClientException(
            "the URL '" + withoutPassword(text) + "' is not of the form http://host:port");
      }
      return uri;
    } catch (IllegalArgumentException e) {
      throw new ClientException("parse \"" + withoutPassword(text) + "\": not a URL", e);
    }
  }

  private static String withoutPassword(String text) {
    return text.replaceAll("//[^@/]*@", "//****@");
  }

  private static URI withoutUser(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return URI.create(uri.getScheme() + "://" + uri.getHost() + port + path);
  }

  private static Optional<Login> login(URI uri) {
    String user = uri.getUserInfo();
    if (user == null) {
      return Optional.empty();
    }
    int colon = user.indexOf(':');
    return Optional.of(
        colon < 0
            ? new Login(user, "")
            : new Login(user.substring(0, colon), user.substring(colon + 1)));
  }

  private static Request request(Settings settings, FlagSet.Parsed flags) throws ClientException {
    int bits = settings.number("csr.keyrequest.size", 256, 1, 65536);
    if (bits != 256 && bits != 384 && bits != 521) {
      settings.problem("csr.keyrequest.size", bits, "256, 384 or 521");
    }
    String algorithm = settings.text("csr.keyrequest.algo", "ecdsa");
    if (!algorithm.equals("ecdsa")) {
      settings.problem("csr.keyrequest.algo", algorithm, "ecdsa");
    }
    return new Request(
        subject(settings, flags),
        settings.texts("csr.hosts").stream().filter(host -> !host.equals("null")).toList(),
        bits,
        settings.flag("csr.keyrequest.reusekey", false),
        settings.text("enrollment.profile", ""));
  }

  private static SubjectName subject(Settings settings, FlagSet.Parsed flags)
      throws ClientException {
    Map<String, List<String>> values = new HashMap<>();
    if (flags.has("csr.names")) {
      for (String name : flags.list("csr.names")) {
        int equals = name.indexOf('=');
        if (equals < 0) {
          throw new ClientException(
              "CSR name/value '"
                  + name
                  + "' is missing '=' ; it must be of the form <name>=<value>");
        }
        String key = name.substring(0, equals);
        if (!Set.of("C", "ST", "L", "O", "OU", "SerialNumber").contains(key)) {
          throw new ClientException("Invalid CSR name: '" + key + "'");
        }
        add(values, key, name.substring(equals + 1));
      }
    } else {
      for (Map<String, Object> table : settings.tables("csr.names")) {
        table.forEach((key, value) -> add(values, key, value == null ? "" : value.toString()));
      }
    }
    return SubjectName.of(
        values, settings.text("csr.cn", ""), settings.text("csr.serialnumber", ""));
  }

  private static void add(Map<String, List<String>> values, String key, String value) {
    if (!value.isEmpty()) {
      values.computeIfAbsent(key.toLowerCase(Locale.ROOT), any -> new ArrayList<>()).add(value);
    }
  }

  private static void create(Path file, URI url, Optional<Login> login, Settings settings)
      throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    Files.writeString(
        file,
        """
        # fabric-ca-client. Every key can also be a flag, --csr.hosts, or an environment variable,
        # FABRIC_CA_CLIENT_CSR_HOSTS. Relative paths start in this file's folder.
        url: %s
        mspdir: %s

        tls:
          certfiles:
          client:
            certfile:
            keyfile:

        csr:
          cn: %s
          keyrequest:
            algo: ecdsa
            size: 256
            reusekey: false
          serialnumber:
          names:
            - C: US
              ST: North Carolina
              L:
              O: Hyperledger
              OU: Fabric
          hosts:
            - %s

        id:
          name:
          type:
          affiliation:
          maxenrollments: 0

        enrollment:
          profile:
          label:

        caname:
        """
            .formatted(
                url.getScheme() + "://" + url.getHost() + port,
                quoted(settings.text("mspdir", "msp")),
                quoted(login.map(Login::name).orElse("")),
                settings.text("myhost", hostName())));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
