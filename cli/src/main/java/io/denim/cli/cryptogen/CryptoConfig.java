package io.denim.cli.cryptogen;

import io.denim.cli.ClientException;
import io.denim.identity.Cryptogen;
import io.denim.identity.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A `crypto-config.yaml`: which organizations are to be made (fabric v3.1.5
/// cmd/cryptogen/main.go).
record CryptoConfig(
    List<Cryptogen.OrganizationSpec> orderers, List<Cryptogen.OrganizationSpec> peers) {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_NODES = 1_000;

  CryptoConfig {
    orderers = List.copyOf(orderers);
    peers = List.copyOf(peers);
  }

  /// @throws ClientException if the text is not YAML or says what cannot be made
  static CryptoConfig parse(String yaml) throws ClientException {
    Object tree;
    try {
      tree =
          new Load(LoadSettings.builder().setCodePointLimit(MAX_BYTES).build())
              .loadFromString(yaml);
    } catch (YamlEngineException e) {
      throw new ClientException("Error Unmarshalling YAML: " + e.getMessage(), e);
    }
    Table root = Table.of("the configuration", tree);
    return new CryptoConfig(
        organizations(root, "OrdererOrgs", "orderer"), organizations(root, "PeerOrgs", "peer"));
  }

  private static List<Cryptogen.OrganizationSpec> organizations(
      Table root, String key, String prefix) throws ClientException {
    List<Cryptogen.OrganizationSpec> organizations = new ArrayList<>();
    for (Table table : root.tables(key)) {
      organizations.add(organization(table, prefix));
    }
    return organizations;
  }

  private static Cryptogen.OrganizationSpec organization(Table table, String prefix)
      throws ClientException {
    String domain = table.text("Domain", "");
    List<Cryptogen.NodeSpec> nodes = new ArrayList<>();
    for (Table spec : table.tables("Specs")) {
      nodes.add(node(spec, spec.text("Hostname", ""), domain));
    }
    Table template = table.table("Template");
    int count = template.number("Count");
    if (count > MAX_NODES) {
      throw new ClientException("Template.Count of " + domain + " is more than " + MAX_NODES);
    }
    for (int i = 0; i < count; i++) {
      Map<String, String> words =
          Map.of(
              "Prefix", prefix,
              "Index", Integer.toString(i + template.number("Start")),
              "Domain", domain);
      String hostname = filled(template.text("Hostname", "{{.Prefix}}{{.Index}}"), words);
      nodes.add(node(template, hostname, domain));
    }
    Table authority = table.table("CA");
    requireEcdsa(authority);
    requireEcdsa(table.table("Users"));
    String host = authority.text("Hostname", "ca");
    String name =
        filled(
            authority.text("CommonName", "{{.Hostname}}.{{.Domain}}"),
            Map.of("Hostname", host, "Domain", domain));
    return new Cryptogen.OrganizationSpec(
        table.text("Name", ""),
        domain,
        table.flag("EnableNodeOUs"),
        nodes,
        table.table("Users").number("Count"),
        name,
        place(authority));
  }

  private static Place place(Table authority) {
    Place customary = Place.CUSTOMARY;
    return new Place(
        authority.text("Country", customary.country()),
        authority.text("Province", customary.province()),
        authority.text("Locality", customary.locality()),
        authority.text("OrganizationalUnit", customary.unit()),
        authority.text("StreetAddress", customary.streetAddress()),
        authority.text("PostalCode", customary.postalCode()));
  }

  private static Cryptogen.NodeSpec node(Table table, String hostname, String domain)
      throws ClientException {
    requireEcdsa(table);
    String commonName =
        filled(
            table.text("CommonName", "{{.Hostname}}.{{.Domain}}"),
            Map.of("Hostname", hostname, "Domain", domain));
    List<String> names = new ArrayList<>();
    for (String name : table.texts("SANS")) {
      names.add(
          filled(name, Map.of("Hostname", hostname, "Domain", domain, "CommonName", commonName)));
    }
    return new Cryptogen.NodeSpec(hostname, Optional.of(commonName), names);
  }

  private static void requireEcdsa(Table table) throws ClientException {
    String algorithm = table.text("PublicKeyAlgorithm", "ecdsa");
    if (!algorithm.toLowerCase(Locale.ROOT).equals("ecdsa")) {
      throw new ClientException(
          "PublicKeyAlgorithm " + algorithm + " is not supported; ecdsa (P-256) is");
    }
  }

  private static String filled(String template, Map<String, String> words) throws ClientException {
    StringBuilder text = new StringBuilder();
    int from = 0;
    while (true) {
      int open = template.indexOf("{{", from);
      if (open < 0) {
        return text.append(template, from, template.length()).toString();
      }
      int close = template.indexOf("}}", open);
      if (close < 0) {
        throw new ClientException("Error parsing template: '" + template + "' has no }}");
      }
      String name = template.substring(open + 2, close).strip();
      String value = name.startsWith(".") ? words.get(name.substring(1)) : null;
      if (value == null) {
        throw new ClientException("Error executing template: '" + template + "' names " + name);
      }
      text.append(template, from, open).append(value);
      from = close + 2;
    }
  }

  /// A table of the file, with keys in any case.
  private record Table(String name, Map<?, ?> entries) {
    static Table of(String name, @Nullable Object value) throws ClientException {
      if (value == null) {
        return new Table(name, Map.of());
      }
      if (value instanceof Map<?, ?> map) {
        return new Table(name, map);
      }
      throw new ClientException("Error Unmarshalling YAML: " + name + " is no table");
    }

    private @Nullable Object raw(String key) {
      return entries.get(key);
    }

    Table table(String key) throws ClientException {
      return of(key, raw(key));
    }

    List<Table> tables(String key) throws ClientException {
      List<Table> tables = new ArrayList<>();
      for (Object each : list(key)) {
        tables.add(of(key, each));
      }
      return tables;
    }

    List<String> texts(String key) throws ClientException {
      List<String> texts = new ArrayList<>();
      for (Object each : list(key)) {
        texts.add(String.valueOf(each));
      }
      return texts;
    }

    private List<?> list(String key) throws ClientException {
      Object value = raw(key);
      if (value == null) {
        return List.of();
      }
      if (value instanceof List<?> list) {
        return list;
      }
      throw new ClientException("Error Unmarshalling YAML: " + key + " is no list");
    }

    String text(String key, String fallback) {
      Object value = raw(key);
      return value == null || value.toString().isEmpty() ? fallback : value.toString();
    }

    boolean flag(String key) {
      return Boolean.TRUE.equals(raw(key));
    }

    int number(String key) throws ClientException {
      Object value = raw(key);
      if (value == null) {
        return 0;
      }
      if (value instanceof Integer number && number >= 0) {
        return number;
      }
      throw new ClientException("Error Unmarshalling YAML: " + key + " is '" + value + "'");
    }
  }
}
