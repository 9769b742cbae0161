package io.denim.channelconfig;

import java.util.List;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigPolicy;
import org.hyperledger.fabric.protos.common.ConfigValue;

/// One element of a config tree, with where it hangs: the keys from the root down to, and without,
/// its own.
sealed interface ConfigElement {
  String key();

  List<String> path();

  long version();

  String modPolicy();

  /// How upstream names the element in its messages, such as `[Value] /Channel/Orderer/BatchSize`.
  default String name() {
    return name(this);
  }

  record Group(String key, List<String> path, ConfigGroup group) implements ConfigElement {
    static final String PREFIX = "[Group]  ";

    @Override
    public long version() {
      return group.getVersion();
    }

    @Override
    public String modPolicy() {
      return group.getModPolicy();
    }
  }

  record Value(String key, List<String> path, ConfigValue value) implements ConfigElement {
    static final String PREFIX = "[Value]  ";

    @Override
    public long version() {
      return value.getVersion();
    }

    @Override
    public String modPolicy() {
      return value.getModPolicy();
    }
  }

  record Policy(String key, List<String> path, ConfigPolicy policy) implements ConfigElement {
    static final String PREFIX = "[Policy] ";

    @Override
    public long version() {
      return policy.getVersion();
    }

    @Override
    public String modPolicy() {
      return policy.getModPolicy();
    }
  }

  private static String name(ConfigElement element) {
    var name = new StringBuilder(prefix(element));
    for (String part : element.path()) {
      name.append('/').append(part);
    }
    return name.append('/').append(element.key()).toString();
  }

  static String prefix(ConfigElement element) {
    return switch (element) {
      case Group group -> Group.PREFIX;
      case Value value -> Value.PREFIX;
      case Policy policy -> Policy.PREFIX;
    };
  }
}
