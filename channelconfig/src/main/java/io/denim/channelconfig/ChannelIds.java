package io.denim.channelconfig;

import java.util.Optional;
import java.util.regex.Pattern;

/// What a channel and an element of its configuration may be called (fabric v3.1.5
/// common/configtx/validator.go).
public final class ChannelIds {
  private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z0-9.-]*");
  private static final Pattern ELEMENT = Pattern.compile("[a-zA-Z0-9.-]+");
  private static final int MAX_LENGTH = 249;

  private ChannelIds() {}

  /// Why this is no channel's name, if it is none.
  public static Optional<String> problem(String channelId) {
    if (channelId.isEmpty()) {
      return Optional.of("channel ID illegal, cannot be empty");
    }
    if (channelId.length() > MAX_LENGTH) {
      return Optional.of("channel ID illegal, cannot be longer than " + MAX_LENGTH);
    }
    return CHANNEL.matcher(channelId).matches()
        ? Optional.empty()
        : Optional.of("'" + channelId + "' contains illegal characters");
  }

  /// Why this is no key of a group, value or policy, if it is none.
  static Optional<String> elementProblem(String key) {
    if (key.isEmpty()) {
      return Optional.of("config ID illegal, cannot be empty");
    }
    if (key.length() > MAX_LENGTH) {
      return Optional.of("config ID illegal, cannot be longer than " + MAX_LENGTH);
    }
    if (key.equals(".") || key.equals("..")) {
      return Optional.of("name '" + key + "' for config ID is not allowed");
    }
    return ELEMENT.matcher(key).matches()
        ? Optional.empty()
        : Optional.of("config ID '" + key + "' contains illegal characters");
  }
}
