package io.denim.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// Makes organizations' keys and certificates in cryptogen's layout (fabric v3.1.5 cmd/cryptogen,
/// internal/cryptogen).
@SuppressWarnings("DoNotCallSuggester")
public final class Cryptogen {
  private Cryptogen() {}

  /// An organization to make.
  ///
  /// @param domain such as `org1.example.com`, which names its folder
  /// @param nodeUnits whether `config.yaml` tells roles apart by organizational unit
  /// @param nodes its peers or orderers
  /// @param users how many besides the administrator
  public record OrganizationSpec(
      String name, String domain, boolean nodeUnits, List<NodeSpec> nodes, int users) {
    public OrganizationSpec {
      nodes = List.copyOf(nodes);
    }

    /// An organization of nodes `<prefix>0` to `<prefix>n-1` that also answer as localhost,
    /// 127.0.0.1 and ::1.
    public static OrganizationSpec of(
        String name, String domain, String prefix, int count, int users) {
      List<NodeSpec> nodes =
          java.util.stream.IntStream.range(0, count)
              .mapToObj(i -> new NodeSpec(prefix + i, List.of("localhost", "127.0.0.1", "::1")))
              .toList();
      return new OrganizationSpec(name, domain, true, nodes, users);
    }
  }

  /// A node to make.
  ///
  /// @param hostname without domain
  /// @param alternativeNames host names and addresses that its TLS certificate also covers
  public record NodeSpec(String hostname, List<String> alternativeNames) {
    public NodeSpec {
      alternativeNames = List.copyOf(alternativeNames);
    }
  }

  /// Writes `peerOrganizations` and `ordererOrganizations` under a directory. Keys are readable by
  /// the owner alone.
  ///
  /// @throws IOException if a file cannot be written
  public static void generate(
      Path directory,
      List<OrganizationSpec> peerOrganizations,
      List<OrganizationSpec> ordererOrganizations,
      InstantSource clock)
      throws IOException {
    throw new UnsupportedOperationException();
  }
}
