package io.denim.channelconfig;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What no update may change, whoever signed it (fabric v3.1.5 common/channelconfig/bundle.go,
/// ValidateNew).
public final class ConfigTransitions {
  private ConfigTransitions() {}

  /// Why one configuration of a channel may not follow another, if it may not.
  public static Optional<String> problem(ChannelConfig current, ChannelConfig next) {
    return ordererProblem(current, next)
        .or(() -> applicationProblem(current, next))
        .or(() -> consortiumsProblem(current, next));
  }

  private static Optional<String> ordererProblem(ChannelConfig current, ChannelConfig next) {
    if (current.orderer().isEmpty()) {
      return Optional.empty();
    }
    if (next.orderer().isEmpty()) {
      return Optional.of("current config has orderer section, but new config does not");
    }
    OrdererConfig before = current.orderer().get();
    OrdererConfig after = next.orderer().get();
    String oldType = before.consensus().type();
    String newType = after.consensus().type();
    if (!current.capabilities().consensusTypeMigration() && !oldType.equals(newType)) {
      return Optional.of("attempted to change consensus type from " + oldType + " to " + newType);
    }
    if (!current.capabilities().consensusTypeBft() && next.capabilities().consensusTypeBft()) {
      for (OrdererOrganization organization : new TreeMap<>(after.organizations()).values()) {
        if (organization.endpoints().isEmpty()) {
          return Optional.of(
              "illegal orderer config update detected: endpoints of org "
                  + organization.name()
                  + " are missing");
        }
      }
    }
    for (OrdererOrganization organization : new TreeMap<>(before.organizations()).values()) {
      OrdererOrganization updated = after.organizations().get(organization.name());
      if (updated != null && !updated.mspId().equals(organization.mspId())) {
        return Optional.of(
            "orderer org "
                + mspIdChange(organization.name(), organization.mspId(), updated.mspId()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> applicationProblem(ChannelConfig current, ChannelConfig next) {
    if (current.application().isEmpty()) {
      return Optional.empty();
    }
    if (next.application().isEmpty()) {
      return Optional.of("current config has application section, but new config does not");
    }
    var after = next.application().get().organizations();
    for (ApplicationOrganization organization :
        new TreeMap<>(current.application().get().organizations()).values()) {
      ApplicationOrganization updated = after.get(organization.name());
      if (updated != null && !updated.mspId().equals(organization.mspId())) {
        return Optional.of(
            "application org "
                + mspIdChange(organization.name(), organization.mspId(), updated.mspId()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> consortiumsProblem(ChannelConfig current, ChannelConfig next) {
    if (current.consortiums().isEmpty()) {
      return next.consortiums().isPresent()
          ? Optional.of("current config has no consortiums section, but new config does")
          : Optional.empty();
    }
    if (next.consortiums().isEmpty()) {
      return Optional.of("current config has consortiums section, but new config does not");
    }
    for (var consortium : new TreeMap<>(current.consortiums().get()).entrySet()) {
      Map<String, String> updated =
          next.consortiums().get().getOrDefault(consortium.getKey(), Map.of());
      for (var organization : new TreeMap<>(consortium.getValue()).entrySet()) {
        String mspId = updated.get(organization.getKey());
        if (mspId != null && !mspId.equals(organization.getValue())) {
          return Optional.of(
              "consortium "
                  + consortium.getKey()
                  + " org "
                  + mspIdChange(organization.getKey(), organization.getValue(), mspId));
        }
      }
    }
    return Optional.empty();
  }

  private static String mspIdChange(String organization, String from, String to) {
    return organization + " attempted to change MSP ID from " + from + " to " + to;
  }
}
