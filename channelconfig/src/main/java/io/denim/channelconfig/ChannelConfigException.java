package io.denim.channelconfig;

/// A channel configuration, or a message about one, that cannot be used. The text says what is
/// wrong with it, in upstream's words where clients see them.
public final class ChannelConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ChannelConfigException(String message) {
    super(message);
  }

  public ChannelConfigException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The same failure seen from one layer further out: `context: text`.
  ChannelConfigException within(String context) {
    return new ChannelConfigException(context + ": " + getMessage(), this);
  }
}
