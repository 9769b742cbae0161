package io.denim.order.etcdraft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.denim.order.BlockCutter;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;

/// A client's envelope on its way into a block.
///
/// @param envelope checked under the configuration with this sequence
/// @param bytes the envelope as blocks hold it
/// @param configSequence of that configuration
/// @param term of the leader to whom it was given; under another it is void
record Submitted(
    Envelope envelope, ByteString bytes, long configSequence, boolean isConfig, long term) {
  static Submitted of(Envelope envelope, long configSequence, boolean isConfig, long term) {
    return new Submitted(envelope, envelope.toByteString(), configSequence, isConfig, term);
  }

  /// How much memory it takes: the envelope and the bytes that blocks hold.
  long heldBytes() {
    return 2 * size();
  }

  long size() {
    return BlockCutter.size(envelope);
  }

  /// The same message as it was made anew under a newer configuration.
  Submitted remade(Envelope made) {
    return new Submitted(made, made.toByteString(), configSequence, isConfig, term);
  }

  ByteString key() {
    return isConfig ? configKey(envelope) : bytes;
  }

  /// What tells one configuration message from others, in whichever form the leader puts it into a
  /// block: the update that it came from.
  static ByteString configKey(Envelope config) {
    try {
      Payload payload = Payload.parseFrom(config.getPayload());
      return ConfigEnvelope.parseFrom(payload.getData()).getLastUpdate().toByteString();
    } catch (InvalidProtocolBufferException e) {
      return config.toByteString(); // the leader will refuse it
    }
  }
}
