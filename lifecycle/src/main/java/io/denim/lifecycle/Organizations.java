package io.denim.lifecycle;

import io.denim.channelconfig.ApplicationConfig;
import io.denim.channelconfig.ApplicationOrganization;
import io.denim.channelconfig.ChannelConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The organizations that a channel's chaincodes concern.
final class Organizations {
  private Organizations() {}

  /// By MSP id; none if the channel has no application section.
  static List<ApplicationOrganization> of(ChannelConfig config) {
    List<ApplicationOrganization> sorted =
        new ArrayList<>(
            config
                .application()
                .map(ApplicationConfig::organizations)
                .map(java.util.Map::values)
                .orElse(List.of()));
    sorted.sort(Comparator.comparing(ApplicationOrganization::mspId));
    return sorted;
  }
}
