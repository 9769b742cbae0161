package io.denim.channelconfig;

import java.util.Map;
import java.util.Optional;

/// The `/Channel/Application` section.
///
/// @param organizations by their names in the configuration
/// @param acls configured policies by resource name, each as an absolute path
public record ApplicationConfig(
    Map<String, ApplicationOrganization> organizations, Map<String, String> acls) {
  public ApplicationConfig {
    organizations = Map.copyOf(organizations);
    acls = Map.copyOf(acls);
  }

  /// The organization with this MSP.
  public Optional<ApplicationOrganization> organizationOf(String mspId) {
    for (ApplicationOrganization organization : organizations.values()) {
      if (organization.mspId().equals(mspId)) {
        return Optional.of(organization);
      }
    }
    return Optional.empty();
  }
}
