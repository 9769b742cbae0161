package io.denim.deliver;

import com.google.protobuf.ByteString;
import io.denim.channelconfig.ChannelConfig;
import io.denim.channelconfig.OrdererConfig;
import io.denim.channelconfig.OrdererOrganization;
import io.denim.identity.Msp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where an orderer of a channel is reached and which roots its TLS certificate must chain to.
///
/// @param address `host:port`
/// @param tlsRoots PEM certificates
public record OrdererEndpoint(String address, List<ByteString> tlsRoots) {
  public OrdererEndpoint {
    tlsRoots = List.copyOf(tlsRoots);
  }

  /// All orderers that a channel's configuration names: those of its organizations; where none
  /// names any, the global addresses, which may chain to any orderer organization's roots (fabric
  /// v3.1.5 internal/pkg/peer/orderers/connection.go).
  public static List<OrdererEndpoint> of(ChannelConfig config) {
    List<OrdererEndpoint> endpoints = new ArrayList<>();
    List<ByteString> allRoots = new ArrayList<>();
    Optional<OrdererConfig> orderer = config.orderer();
    if (orderer.isEmpty()) {
      return endpoints;
    }
    for (OrdererOrganization organization : orderer.get().organizations().values()) {
      List<ByteString> roots = roots(config.msps().msp(organization.mspId()));
      allRoots.addAll(roots);
      for (String address : organization.endpoints()) {
        endpoints.add(new OrdererEndpoint(address, roots));
      }
    }
    if (endpoints.isEmpty()) {
      for (String address : config.ordererAddresses()) {
        endpoints.add(new OrdererEndpoint(address, allRoots));
      }
    }
    return endpoints;
  }

  private static List<ByteString> roots(Optional<Msp> msp) {
    List<ByteString> roots = new ArrayList<>();
    msp.ifPresent(found -> {
      roots.addAll(found.tlsRootCertificates());
      roots.addAll(found.tlsIntermediateCertificates());
    });
    return roots;
  }
}
