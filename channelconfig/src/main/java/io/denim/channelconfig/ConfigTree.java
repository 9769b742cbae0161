package io.denim.channelconfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.jspecify.annotations.Nullable;

/// A config group taken apart into its elements by name, and put together again (fabric v3.1.5
/// common/configtx/configmap.go). Elements are in the order of their names, so that of several
/// faults the same one is always reported. Immutable.
record ConfigTree(SequencedMap<String, ConfigElement> elements) {
  /// Channels made by Fabric 1.0 left the policies for changing some elements empty; with orderer
  /// capabilities present, each update mends them.
  private static final String MENDING_CAPABILITIES = "[Value]  /Channel/Orderer/Capabilities";

  private static final int MAX_DEPTH = 64;

  ConfigTree {
    elements = Collections.unmodifiableSequencedMap(elements);
  }

  /// @param group the channel group, or none for an empty tree
  /// @throws ChannelConfigException if a key is illegal
  static ConfigTree of(Optional<ConfigGroup> group) throws ChannelConfigException {
    var elements = new TreeMap<String, ConfigElement>();
    if (group.isPresent()) {
      add(new ConfigElement.Group(ConfigKeys.CHANNEL, List.of(), group.get()), elements);
    }
    return new ConfigTree(elements);
  }

  @Nullable ConfigElement get(String name) {
    return elements.get(name);
  }

  /// The tree with some elements added or replaced.
  ConfigTree with(Map<String, ConfigElement> changes) {
    var changed = new TreeMap<>(elements);
    changed.putAll(changes);
    return new ConfigTree(changed);
  }

  /// The tree as a group again. Only what each group names among its own members is taken, so an
  /// element is removed by a group that no longer names it.
  ///
  /// @throws ChannelConfigException if a group names an element that the tree lacks
  ConfigGroup toGroup() throws ChannelConfigException {
    return toGroup("/" + ConfigKeys.CHANNEL);
  }

  private static void add(ConfigElement element, Map<String, ConfigElement> elements)
      throws ChannelConfigException {
    Optional<String> problem = ChannelIds.elementProblem(element.key());
    if (problem.isPresent()) {
      throw new ChannelConfigException(
          "illegal characters in key: " + ConfigElement.prefix(element) + ": " + problem.get());
    }
    elements.put(element.name(), element);
    if (element instanceof ConfigElement.Group group) {
      addMembers(group, elements);
    }
  }

  private static void addMembers(ConfigElement.Group parent, Map<String, ConfigElement> elements)
      throws ChannelConfigException {
    List<String> path = new ArrayList<>(parent.path());
    path.add(parent.key());
    path = List.copyOf(path);
    if (path.size() > MAX_DEPTH) {
      throw new ChannelConfigException(
          "config groups are nested more than " + MAX_DEPTH + " deep, at key " + parent.key());
    }
    ConfigGroup group = parent.group();
    for (Map.Entry<String, ConfigGroup> entry : group.getGroupsMap().entrySet()) {
      add(new ConfigElement.Group(entry.getKey(), path, entry.getValue()), elements);
    }
    for (Map.Entry<String, ConfigValue> entry : group.getValuesMap().entrySet()) {
      add(new ConfigElement.Value(entry.getKey(), path, entry.getValue()), elements);
    }
    for (Map.Entry<String, ConfigPolicy> entry : group.getPoliciesMap().entrySet()) {
      add(new ConfigElement.Policy(entry.getKey(), path, entry.getValue()), elements);
    }
  }

  private ConfigGroup toGroup(String path) throws ChannelConfigException {
    String name = ConfigElement.Group.PREFIX + path;
    if (!(elements.get(name) instanceof ConfigElement.Group element)) {
      throw new ChannelConfigException("missing group at path: " + name);
    }
    ConfigGroup group = element.group();
    ConfigGroup.Builder built = group.toBuilder();
    for (String key : group.getGroupsMap().keySet()) {
      built.putGroups(key, toGroup(path + "/" + key));
    }
    for (String key : group.getValuesMap().keySet()) {
      built.putValues(key, value(ConfigElement.Value.PREFIX + path + "/" + key));
    }
    for (String key : group.getPoliciesMap().keySet()) {
      built.putPolicies(key, policy(ConfigElement.Policy.PREFIX + path + "/" + key));
    }
    if (elements.containsKey(MENDING_CAPABILITIES)) {
      mend(built);
    }
    return built.build();
  }

  private ConfigValue value(String name) throws ChannelConfigException {
    if (elements.get(name) instanceof ConfigElement.Value element) {
      return element.value();
    }
    throw new ChannelConfigException("missing value at path: " + name);
  }

  private ConfigPolicy policy(String name) throws ChannelConfigException {
    if (elements.get(name) instanceof ConfigElement.Policy element) {
      return element.policy();
    }
    throw new ChannelConfigException("missing policy at path: " + name);
  }

  private static void mend(ConfigGroup.Builder group) {
    if (group.getModPolicy().isEmpty()) {
      group.setModPolicy(ConfigKeys.ADMINS);
    }
    for (Map.Entry<String, ConfigValue> entry : Map.copyOf(group.getValuesMap()).entrySet()) {
      if (entry.getValue().getModPolicy().isEmpty()) {
        group.putValues(
            entry.getKey(), entry.getValue().toBuilder().setModPolicy(ConfigKeys.ADMINS).build());
      }
    }
    for (Map.Entry<String, ConfigPolicy> entry : Map.copyOf(group.getPoliciesMap()).entrySet()) {
      if (entry.getValue().getModPolicy().isEmpty()) {
        group.putPolicies(
            entry.getKey(), entry.getValue().toBuilder().setModPolicy(ConfigKeys.ADMINS).build());
      }
    }
  }
}
