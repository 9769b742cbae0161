package io.denim.channelconfig;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.denim.wire.WireParser;
import java.util.Set;
import java.util.TreeSet;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigValue;

/// The values of one config group, of which only known keys are allowed (fabric v3.1.5
/// common/channelconfig/standardvalues.go).
record GroupValues(ConfigGroup group) {
  /// @throws ChannelConfigException if the group has a value by any other key
  static GroupValues of(ConfigGroup group, Set<String> allowed) throws ChannelConfigException {
    for (String key : new TreeSet<>(group.getValuesMap().keySet())) {
      if (!allowed.contains(key)) {
        throw new ChannelConfigException("failed to deserialize values: Unexpected key " + key);
      }
    }
    return new GroupValues(group);
  }

  /// The value by this key, the message's defaults where there is none.
  <T extends Message> T get(String key, WireParser<T> parser, T absent)
      throws ChannelConfigException {
    ConfigValue value = group.getValuesMap().get(key);
    if (value == null) {
      return absent;
    }
    try {
      return parser.parse(value.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new ChannelConfigException("failed to deserialize values: " + e.getMessage(), e);
    }
  }
}
