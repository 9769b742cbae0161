package io.denim.gateway;

import io.denim.channelconfig.ChannelConfig;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.protos.discovery.ConfigResult;
import org.hyperledger.fabric.protos.discovery.Endpoint;
import org.hyperledger.fabric.protos.discovery.Endpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel's configuration as discovery tells it: MSPs and where the orderers are. Stateless.
///
/// Follows fabric v3.1.5 discovery/support/config/support.go.
final class ConfigResults {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigResults.class);

  private ConfigResults() {}

  static ConfigResult of(ChannelConfig config) {
    ConfigResult.Builder result = ConfigResult.newBuilder();
    for (String mspId : config.msps().mspIds()) {
      config.msps().msp(mspId).ifPresent(msp -> result.putMsps(mspId, msp.config()));
    }
    OrdererTargets.byOrganization(config)
        .forEach((mspId, addresses) -> result.putOrderers(mspId, endpoints(mspId, addresses)));
    return result.build();
  }

  private static Endpoints endpoints(String mspId, List<String> addresses) {
    Endpoints.Builder endpoints = Endpoints.newBuilder();
    for (String address : addresses) {
      Optional<Endpoint> endpoint = endpoint(address);
      if (endpoint.isPresent()) {
        endpoints.addEndpoint(endpoint.get());
      } else {
        LOG.warn("Failed parsing endpoint {} for {}", address, mspId);
      }
    }
    return endpoints.build();
  }

  private static Optional<Endpoint> endpoint(String address) {
    int colon = address.lastIndexOf(':');
    String port = address.substring(colon + 1);
    if (colon <= 0 || !port.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    String host = address.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return Optional.of(Endpoint.newBuilder().setHost(host).setPort(Integer.parseInt(port)).build());
  }
}
