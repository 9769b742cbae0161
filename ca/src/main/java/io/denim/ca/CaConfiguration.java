package io.denim.ca;

import io.denim.identity.CertificateTemplate;
import io.denim.identity.SubjectName;
import io.denim.node.Listener;
import io.denim.node.MetricsSettings;
import io.denim.node.NodeOperations;
import io.denim.node.Settings;
import io.denim.node.SettingsException;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// What `fabric-ca-server-config.yaml`, its environment variables and flags say (fabric-ca v1.5
/// lib/{serverconfig,caconfig}.go).
///
/// @param ca the CA, of which the key file may be absent as long as it is in the key store
/// @param root how its own certificate is made where there is none
record CaConfiguration(
    Service service,
    CaSettings ca,
    Root root,
    Parent parent,
    List<Path> others,
    Settings.Unused unused) {
  private static final String PREFIX = "FABRIC_CA_SERVER";
  private static final Duration ROOT_LIFETIME = Duration.ofDays(5475);
  private static final Set<String> IGNORED =
      Set.of(
          "version",
          "debug",
          "loglevel",
          "crlsizelimit",
          "cors.",
          "ldap.",
          "idemix.",
          "bccsp.",
          "db.",
          "csr.serialnumber",
          "csr.keyrequest.",
          "csr.ca.",
          "cacount",
          "csr.names",
          "affiliations",
          "affiliations.",
          "intermediate.");

  CaConfiguration {
    others = List.copyOf(others);
  }

  /// Where the server is asked, and where operators look into it.
  record Service(InetSocketAddress listen, Tls tls, NodeOperations.Settings operations) {}

  InetSocketAddress listen() {
    return service.listen();
  }

  Tls tls() {
    return service.tls();
  }

  /// The server's TLS.
  ///
  /// @param key absent where the key store has it, or will
  /// @param clientRoots that a client's certificate must chain to where one is asked for
  record Tls(
      boolean enabled,
      Path certificate,
      Optional<Path> key,
      String clientAuth,
      List<Path> clientRoots) {
    Tls {
      clientRoots = List.copyOf(clientRoots);
    }
  }

  /// A certificate to be made.
  ///
  /// @param hosts that a TLS certificate is for
  /// @param bits of the key
  record Root(
      SubjectName subject,
      List<String> hosts,
      int bits,
      Duration lifetime,
      Optional<Integer> pathLength,
      Path keyStore) {
    Root {
      hosts = List.copyOf(hosts);
    }
  }

  /// The CA that certifies this one.
  ///
  /// @param url with an enrollment id and its secret; empty for a root CA
  record Parent(String url, String caName, String profile, List<Path> roots) {
    Parent {
      roots = List.copyOf(roots);
    }
  }

  /// Reads a configuration file.
  ///
  /// @param overrides environment variables and flags, by the names of environment variables
  /// @throws IOException if it cannot be read
  /// @throws SettingsException if a value is wrong
  static CaConfiguration read(Path file, Map<String, String> overrides)
      throws IOException, SettingsException {
    Settings settings = Settings.load(file, PREFIX, overrides);
    Map<String, Object> tree = tree(file);
    Path folder = settings.folder();
    String type = settings.text("db.type", "sqlite3");
    if (!type.equals("sqlite3")) {
      settings.problem(
          "db.type", type, "sqlite3 (the registry is kept in a file of this CA's own)");
    }
    if (settings.flag("ldap.enabled", false)) {
      settings.problem("ldap.enabled", true, "false (there is no LDAP registry)");
    }
    if (settings.number("cacount", 0, 0, Integer.MAX_VALUE) > 0) {
      settings.problem("cacount", "set", "cafiles (each further CA has a file of its own)");
    }
    Path certificate = settings.path("ca.certfile").orElse(folder.resolve("ca-cert.pem"));
    Path key = settings.path("ca.keyfile").orElse(folder.resolve("ca-key.pem"));
    CaSettings.Files files =
        new CaSettings.Files(
            certificate,
            key,
            settings.path("ca.chainfile").orElse(folder.resolve("ca-chain.pem")),
            settings.path("db.datasource").orElse(folder.resolve("fabric-ca-server.db")));
    CaSettings ca =
        new CaSettings(
            settings.text("ca.name", ""),
            files,
            rules(settings),
            profiles(settings),
            new CaSettings.Contents(newcomers(settings), affiliations(tree)));
    CaConfiguration read =
        new CaConfiguration(
            new Service(
                new InetSocketAddress(
                    settings.text("address", "0.0.0.0"), settings.number("port", 7054, 0, 65535)),
                tls(settings, folder),
                operations(settings)),
            ca,
            root(settings, tree, folder),
            parent(settings),
            settings.paths("cafiles"),
            new Settings.Unused(List.of(), List.of()));
    return read.with(settings.finish(IGNORED));
  }

  private CaConfiguration with(Settings.Unused found) {
    return new CaConfiguration(service, ca, root, parent, others, found);
  }

  private static NodeOperations.Settings operations(Settings settings) {
    Listener listener =
        Listener.http(
            settings,
            Listener.address(settings, "operations.listenAddress", "127.0.0.1:9443"),
            "operations.tls",
            Listener.TlsKeys.PEER);
    return new NodeOperations.Settings(
        settings.optionalText("operations.listenAddress").map(address -> listener),
        MetricsSettings.of(settings, "metrics"));
  }

  private static CaSettings.Rules rules(Settings settings) {
    return new CaSettings.Rules(
        settings.number("registry.maxenrollments", -1, -1, Integer.MAX_VALUE),
        settings.number("cfg.identities.passwordattempts", 10, 0, Integer.MAX_VALUE),
        settings.flag("cfg.identities.allowremove", false),
        settings.flag("cfg.affiliations.allowremove", false),
        settings.flag("compatibility.mode.v1.3", false),
        settings.flag("ca.reenrollignorecertexpiry", false),
        settings.duration("crl.expiry", Duration.ofHours(24)));
  }

  private static Map<String, SigningProfile> profiles(Settings settings) {
    Map<String, SigningProfile> profiles = new HashMap<>(CaSettings.customaryProfiles());
    Set<String> names = new TreeSet<>(List.of(SigningProfile.CA, SigningProfile.TLS));
    settings
        .below("signing.profiles")
        .keySet()
        .forEach(key -> names.add(key.substring(0, Math.max(0, key.indexOf('.')))));
    names.remove("");
    for (String name : names) {
      profiles.put(
          name,
          profile(
              settings,
              "signing.profiles." + name,
              profiles.getOrDefault(name, SigningProfile.enrollment())));
    }
    profiles.put("", profile(settings, "signing.default", SigningProfile.enrollment()));
    return profiles;
  }

  private static SigningProfile profile(Settings settings, String key, SigningProfile fallback) {
    List<String> usages = settings.texts(key + ".usage");
    for (String usage : usages) {
      if (!CertificateTemplate.isUsage(usage)) {
        settings.problem(key + ".usage", usage, "a usage such as digital signature or server auth");
      }
    }
    boolean isCa = settings.flag(key + ".caconstraint.isca", fallback.ca().isPresent());
    int length = settings.number(key + ".caconstraint.maxpathlen", -1, -1, Integer.MAX_VALUE);
    settings.flag(key + ".caconstraint.maxpathlenzero", false);
    Optional<CertificateTemplate.CaConstraint> ca =
        isCa
            ? Optional.of(
                new CertificateTemplate.CaConstraint(
                    length < 0
                        ? fallback.ca().flatMap(CertificateTemplate.CaConstraint::pathLength)
                        : Optional.of(length)))
            : Optional.empty();
    return new SigningProfile(
        usages.isEmpty() ? fallback.usages() : usages,
        settings.duration(key + ".expiry", fallback.lifetime()),
        ca);
  }

  private static List<CaSettings.Newcomer> newcomers(Settings settings) {
    List<CaSettings.Newcomer> newcomers = new ArrayList<>();
    for (Map<String, Object> table : settings.tables("registry.identities")) {
      List<Attribute> attributes = new ArrayList<>();
      if (table.get("attrs") instanceof Map<?, ?> map) {
        map.forEach((name, value) -> {
          String text = value == null ? "" : value.toString();
          boolean certified = text.toLowerCase(Locale.ROOT).endsWith(":ecert");
          attributes.add(
              new Attribute(
                  String.valueOf(name),
                  certified ? text.substring(0, text.length() - ":ecert".length()) : text,
                  certified));
        });
      }
      Object most = table.getOrDefault("maxenrollments", 0);
      newcomers.add(
          new CaSettings.Newcomer(
              text(table, "name"),
              text(table, "pass"),
              text(table, "type"),
              text(table, "affiliation"),
              most instanceof Integer number ? number : 0,
              attributes));
    }
    return newcomers;
  }

  private static String text(Map<String, ?> table, String name) {
    Object value = table.get(name);
    return value == null ? "" : value.toString();
  }

  private static Tls tls(Settings settings, Path folder) {
    String clientAuth =
        settings.text("tls.clientauth.type", "noclientcert").toLowerCase(Locale.ROOT);
    Set<String> known =
        Set.of(
            "noclientcert",
            "requestclientcert",
            "requireanyclientcert",
            "verifyclientcertifgiven",
            "requireandverifyclientcert");
    if (!known.contains(clientAuth)) {
      settings.problem("tls.clientauth.type", clientAuth, "one of " + new TreeSet<>(known));
    }
    return new Tls(
        settings.flag("tls.enabled", false),
        settings.path("tls.certfile").orElse(folder.resolve("tls-cert.pem")),
        settings.path("tls.keyfile"),
        clientAuth,
        settings.paths("tls.clientauth.certfiles"));
  }

  private static Root root(Settings settings, Map<String, Object> tree, Path folder) {
    String algorithm = settings.text("csr.keyrequest.algo", "ecdsa");
    if (!algorithm.equals("ecdsa")) {
      settings.problem("csr.keyrequest.algo", algorithm, "ecdsa");
    }
    int bits = settings.number("csr.keyrequest.size", 256, 1, 65536);
    if (bits != 256 && bits != 384 && bits != 521) {
      settings.problem("csr.keyrequest.size", bits, "256, 384 or 521");
    }
    int length = settings.number("csr.ca.pathlength", -1, -1, Integer.MAX_VALUE);
    String keyStore = settings.text("bccsp.sw.filekeystore.keystore", "msp/keystore");
    return new Root(
        subject(settings, tree),
        settings.texts("csr.hosts"),
        bits,
        settings.duration("csr.ca.expiry", ROOT_LIFETIME),
        length < 0 ? Optional.empty() : Optional.of(length),
        folder.resolve(keyStore).normalize());
  }

  /// The names of the file's `csr` section; a CA without any has its common name alone.
  private static SubjectName subject(Settings settings, Map<String, Object> tree) {
    Map<String, List<String>> values = new HashMap<>();
    if (tree.get("csr") instanceof Map<?, ?> csr
        && lowerCaseKeys(csr).get("names") instanceof List<?> names) {
      for (Object name : names) {
        if (name instanceof Map<?, ?> map) {
          lowerCaseKeys(map)
              .forEach((key, value) -> {
                if (value != null && !value.toString().isEmpty()) {
                  values.computeIfAbsent(key, any -> new ArrayList<>()).add(value.toString());
                }
              });
        }
      }
    }
    return SubjectName.of(
        values, settings.text("csr.cn", ""), settings.text("csr.serialnumber", ""));
  }

  private static Parent parent(Settings settings) {
    return new Parent(
        settings.text("intermediate.parentserver.url", ""),
        settings.text("intermediate.parentserver.caname", ""),
        settings.text("intermediate.enrollment.profile", SigningProfile.CA),
        settings.paths("intermediate.tls.certfiles"));
  }

  private static Map<String, Object> tree(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      Object tree = new Load(LoadSettings.builder().build()).loadFromReader(reader);
      return tree instanceof Map<?, ?> map ? lowerCaseKeys(map) : Map.of();
    } catch (YamlEngineException e) {
      throw new IOException(file + " is not YAML: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> lowerCaseKeys(Map<?, ?> map) {
    Map<String, Object> lower = new LinkedHashMap<>();
    map.forEach((key, value) -> lower.put(String.valueOf(key).toLowerCase(Locale.ROOT), value));
    return lower;
  }

  /// The tree of affiliations as dotted names; names that have others below them are in lower case.
  private static List<String> affiliations(Map<String, Object> tree) {
    List<String> names = new ArrayList<>();
    collect("", tree.get("affiliations"), names);
    return names;
  }

  private static void collect(String above, @Nullable Object below, List<String> names) {
    String start = above.isEmpty() ? "" : above + ".";
    if (below instanceof Map<?, ?> map) {
      lowerCaseKeys(map)
          .forEach((name, inner) -> {
            names.add(start + name);
            collect(start + name, inner, names);
          });
    } else if (below instanceof List<?> list) {
      list.forEach(each -> {
        if (each instanceof Map<?, ?>) {
          collect(above, each, names);
        } else {
          names.add(start + each);
        }
      });
    } else if (below != null) {
      names.add(start + below);
    }
  }
}
