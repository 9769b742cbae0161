package io.denim.channelconfig;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.ConfigUpdate;
import org.hyperledger.fabric.protos.common.ConfigValue;

/// The smallest config update that leads from one configuration to another (fabric v3.1.5
/// internal/configtxlator/update). The read set holds what must not have changed meanwhile, the
/// write set what changes, with versions counted up.
final class ConfigDelta {
  private ConfigDelta() {}

  static ConfigUpdate between(Config original, Config updated) throws ChannelConfigException {
    if (!original.hasChannelGroup()) {
      throw new ChannelConfigException("no channel group included for original config");
    }
    if (!updated.hasChannelGroup()) {
      throw new ChannelConfigException("no channel group included for updated config");
    }
    GroupDelta delta = groups(original.getChannelGroup(), updated.getChannelGroup());
    if (!delta.changed()) {
      throw new ChannelConfigException(
          "no differences detected between original and updated config");
    }
    return ConfigUpdate.newBuilder().setReadSet(delta.read()).setWriteSet(delta.write()).build();
  }

  private record GroupDelta(ConfigGroup read, ConfigGroup write, boolean changed) {}

  /// What one kind of members of a group contributes: `same` are those that did not change, which
  /// both sets name where the membership of the group changes.
  private record Members<T>(
      Map<String, T> read, Map<String, T> write, Map<String, T> same, boolean membershipChanged) {
    static <T> Members<T> empty(boolean membershipChanged) {
      return new Members<>(
          new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>(), membershipChanged);
    }

    boolean unchanged() {
      return read.isEmpty() && write.isEmpty();
    }

    void nameTheSame() {
      read.putAll(same);
      write.putAll(same);
    }
  }

  private static GroupDelta groups(ConfigGroup original, ConfigGroup updated) {
    Members<ConfigPolicy> policies = policies(original.getPoliciesMap(), updated.getPoliciesMap());
    Members<ConfigValue> values = values(original.getValuesMap(), updated.getValuesMap());
    Members<ConfigGroup> groups = subgroups(original.getGroupsMap(), updated.getGroupsMap());
    boolean itself =
        policies.membershipChanged()
            || values.membershipChanged()
            || groups.membershipChanged()
            || !original.getModPolicy().equals(updated.getModPolicy());
    if (itself) {
      policies.nameTheSame();
      values.nameTheSame();
      groups.nameTheSame();
    }
    ConfigGroup read = group(original.getVersion(), "", policies, values, groups, Members::read);
    if (itself) {
      long next = original.getVersion() + 1;
      return new GroupDelta(
          read,
          group(next, updated.getModPolicy(), policies, values, groups, Members::write),
          true);
    }
    boolean inside = !(policies.unchanged() && values.unchanged() && groups.unchanged());
    return new GroupDelta(
        read, group(original.getVersion(), "", policies, values, groups, Members::write), inside);
  }

  private static ConfigGroup group(
      long version,
      String modPolicy,
      Members<ConfigPolicy> policies,
      Members<ConfigValue> values,
      Members<ConfigGroup> groups,
      Side side) {
    return ConfigGroup.newBuilder()
        .setVersion(version)
        .setModPolicy(modPolicy)
        .putAllPolicies(side.of(policies))
        .putAllValues(side.of(values))
        .putAllGroups(side.of(groups))
        .build();
  }

  /// Which of the two sets is built.
  private interface Side {
    <T> Map<String, T> of(Members<T> members);
  }

  private static Members<ConfigPolicy> policies(
      Map<String, ConfigPolicy> original, Map<String, ConfigPolicy> updated) {
    Members<ConfigPolicy> members = Members.empty(!original.keySet().equals(updated.keySet()));
    original.forEach((name, before) -> {
      ConfigPolicy after = updated.get(name);
      if (after == null) {
        return;
      }
      if (before.getModPolicy().equals(after.getModPolicy())
          && before.hasPolicy() == after.hasPolicy()
          && before.getPolicy().equals(after.getPolicy())) {
        members.same().put(name, ConfigPolicy.newBuilder().setVersion(before.getVersion()).build());
      } else {
        members.write().put(name, after.toBuilder().setVersion(before.getVersion() + 1).build());
      }
    });
    addNew(original, updated, members, after -> after.toBuilder().setVersion(0).build());
    return members;
  }

  private static Members<ConfigValue> values(
      Map<String, ConfigValue> original, Map<String, ConfigValue> updated) {
    Members<ConfigValue> members = Members.empty(!original.keySet().equals(updated.keySet()));
    original.forEach((name, before) -> {
      ConfigValue after = updated.get(name);
      if (after == null) {
        return;
      }
      if (before.getModPolicy().equals(after.getModPolicy())
          && before.getValue().equals(after.getValue())) {
        members.same().put(name, ConfigValue.newBuilder().setVersion(before.getVersion()).build());
      } else {
        members.write().put(name, after.toBuilder().setVersion(before.getVersion() + 1).build());
      }
    });
    addNew(original, updated, members, after -> after.toBuilder().setVersion(0).build());
    return members;
  }

  private static Members<ConfigGroup> subgroups(
      Map<String, ConfigGroup> original, Map<String, ConfigGroup> updated) {
    Members<ConfigGroup> members = Members.empty(!original.keySet().equals(updated.keySet()));
    original.forEach((name, before) -> {
      ConfigGroup after = updated.get(name);
      if (after == null) {
        return;
      }
      GroupDelta delta = groups(before, after);
      if (delta.changed()) {
        members.read().put(name, delta.read());
        members.write().put(name, delta.write());
      } else {
        members.same().put(name, delta.read());
      }
    });
    addNew(original, updated, members, ConfigDelta::newGroup);
    return members;
  }

  private static ConfigGroup newGroup(ConfigGroup group) {
    return groups(ConfigGroup.getDefaultInstance(), group).write().toBuilder()
        .setVersion(0)
        .setModPolicy(group.getModPolicy())
        .build();
  }

  private static <T> void addNew(
      Map<String, T> original,
      Map<String, T> updated,
      Members<T> members,
      Function<T, T> atVersionZero) {
    updated.forEach((name, after) -> {
      if (!original.containsKey(name)) {
        members.write().put(name, atVersionZero.apply(after));
      }
    });
  }
}
