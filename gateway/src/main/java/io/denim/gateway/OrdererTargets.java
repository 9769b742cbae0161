package io.denim.gateway;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.OrdererConfig;
import io.denim.channelconfig.OrdererOrganization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A channel's orderers as its configuration names them.
///
/// Follows fabric v3.1.5 discovery/support/config/support.go.
final class OrdererTargets {
  private OrdererTargets() {}

  /// An orderer.
  record Target(String mspId, String address, List<ByteString> tlsRoots) {
    Target {
      tlsRoots = List.copyOf(tlsRoots);
    }
  }

  /// Addresses by MSP id: those of each organization, or where none has any, the channel's for
  /// each.
  static Map<String, List<String>> byOrganization(ChannelConfig config) {
    Map<String, List<String>> addresses = new TreeMap<>();
    Optional<OrdererConfig> orderer = config.orderer();
    if (orderer.isEmpty()) {
      return addresses;
    }
    boolean any = false;
    for (OrdererOrganization organization : orderer.get().organizations().values()) {
      addresses.put(organization.mspId(), organization.endpoints());
      any |= !organization.endpoints().isEmpty();
    }
    if (!any) {
      addresses.replaceAll((mspId, none) -> config.ordererAddresses());
    }
    return addresses;
  }

  /// All orderers, each address once for an organization.
  static List<Target> of(ChannelConfig config) {
    List<Target> targets = new ArrayList<>();
    byOrganization(config)
        .forEach((mspId, addresses) -> {
          List<ByteString> roots = Peers.tlsRoots(config, mspId);
          addresses.forEach(address -> targets.add(new Target(mspId, address, roots)));
        });
    targets.sort(Comparator.comparing(Target::address));
    return targets;
  }
}
