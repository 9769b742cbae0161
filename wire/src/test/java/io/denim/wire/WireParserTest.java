package io.denim.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Random;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignaturePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The corners in which Go's parser and Java's differ, or are thought to.
class WireParserTest {
  private static final WireParser<ChannelHeader> CHANNEL_HEADER =
      WireParser.of(ChannelHeader.getDefaultInstance());
  private static final WireParser<SignaturePolicy> POLICY =
      WireParser.of(SignaturePolicy.getDefaultInstance());
  private static final WireParser<Payload> PAYLOAD = WireParser.of(Payload.getDefaultInstance());

  @Test
  void keepsWhatItReads() throws InvalidProtocolBufferException {
    ChannelHeader header =
        ChannelHeader.newBuilder().setType(3).setChannelId("mychannel").setEpoch(7).build();

    assertThat(CHANNEL_HEADER.parse(header.toByteString())).isEqualTo(header);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "", // nothing at all
        "88808000 03", // the tag of field 1 in four bytes
        "08 83808080808080808000", // a value of 10 bytes
        "9a06 03616263", // unknown field 99, bytes
        "9b06 0801 9c06", // unknown group 99 with a field in it
        "9b06 a306 a406 9c06", // a group in a group
        "12 00", // timestamp-free version as bytes: the wrong wire type is an unknown field
        "0a 00", // type as bytes: likewise
        "f8ffffff0f 01", // the largest field number
      })
  void accepts(String hex) {
    assertThat(parses(hex)).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "08", // a tag without its value
        "08 8380808080808080808001", // a value of eleven bytes
        "08 83808080808080808002", // a value of 65 bits
        "8880808000 03 80", // cut in the next tag
        "00 01", // field number 0
        "8080808010 01", // field number 2^29, which Java's parser would take for 0
        "0c", // an end of a group that never began
        "9b06 0801", // a group without an end
        "9b06 0801 a406", // a group that ends as another one
        "0f 01", // wire type 7
        "22 05 6162", // a channel id cut short
        "22 8580808010 6162636465", // a length of 2^32 + 5
        "22 02 c328", // a channel id that is not UTF-8
        "22 03 eda080", // a surrogate in a channel id
        "1a 02 08ff", // a timestamp that does not parse
      })
  void refuses(String hex) {
    assertThat(parses(hex)).isFalse();
  }

  @Test
  void refusesNestingThatWouldExhaustTheStack() {
    assertThatThrownBy(() -> PAYLOAD.parse(openGroups(100_000)))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .rootCause()
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> POLICY.parse(nestedPolicy(1_000)))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .rootCause()
        .hasMessageContaining("nested too deeply");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 51, 900, 10_001})
  void followsUnknownGroupsAsDeepAsGoDoes(int depth) throws InvalidProtocolBufferException {
    ByteString groups = openGroups(depth).concat(closeGroups(depth));
    ByteString timestamp = ByteString.fromHex("0807").concat(groups);
    ByteString header =
        ByteString.fromHex("0803")
            .concat(ByteString.fromHex("1a"))
            .concat(varint(timestamp.size()))
            .concat(timestamp)
            .concat(groups)
            .concat(ByteString.fromHex("2201" + "63"));

    ChannelHeader parsed = CHANNEL_HEADER.parse(header);

    assertThat(parsed.getType()).isEqualTo(3);
    assertThat(parsed.getTimestamp().getSeconds()).isEqualTo(7);
    assertThat(parsed.getChannelId()).isEqualTo("c");
  }

  @Test
  void refusesUnknownGroupsDeeperThanGoFollowsThem() {
    assertThatThrownBy(() -> CHANNEL_HEADER.parse(openGroups(10_002).concat(closeGroups(10_002))))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .rootCause()
        .hasMessageContaining("nested too deeply");
  }

  @Test
  void followsPoliciesAsDeepAsAnybodyWritesThem() throws InvalidProtocolBufferException {
    assertThat(POLICY.parse(nestedPolicy(100)).getNOutOf().getN()).isEqualTo(1);
  }

  @Test
  void fieldsAreSlicesOfTheInput() throws InvalidProtocolBufferException {
    byte[] bytes =
        Payload.newBuilder().setData(ByteString.copyFromUtf8("abc")).build().toByteArray();
    Payload payload = PAYLOAD.parse(UnsafeByteOperations.unsafeWrap(bytes));

    bytes[bytes.length - 1] = 'X';

    assertThat(payload.getData().toStringUtf8()).isEqualTo("abX");
  }

  /// Whatever the bytes, the answer is a message or the one declared exception.
  @Test
  void randomBytesNeverDoWorse() {
    Random random = new Random(20261121);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try {
        CHANNEL_HEADER.parse(ByteString.copyFrom(bytes));
      } catch (InvalidProtocolBufferException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
  }

  private static ByteString nestedPolicy(int depth) {
    SignaturePolicy policy = SignaturePolicy.newBuilder().setSignedBy(0).build();
    ByteString bytes = policy.toByteString();
    for (int i = 0; i < depth; i++) {
      ByteString rules =
          ByteString.fromHex("0801" + "12").concat(varint(bytes.size())).concat(bytes);
      bytes = ByteString.fromHex("12").concat(varint(rules.size())).concat(rules);
    }
    return bytes;
  }

  private static ByteString varint(int value) {
    ByteString.Output out = ByteString.newOutput();
    int rest = value;
    for (; rest >= 0x80; rest >>>= 7) {
      out.write((rest & 0x7f) | 0x80);
    }
    out.write(rest);
    return out.toByteString();
  }

  private static ByteString closeGroups(int count) {
    ByteString.Output out = ByteString.newOutput();
    for (int i = 0; i < count; i++) {
      out.write(0x9c);
      out.write(0x06);
    }
    return out.toByteString();
  }

  private static ByteString openGroups(int count) {
    ByteString.Output out = ByteString.newOutput();
    for (int i = 0; i < count; i++) {
      out.write(0x9b);
      out.write(0x06);
    }
    return out.toByteString();
  }

  private static boolean parses(String hex) {
    try {
      CHANNEL_HEADER.parse(ByteString.fromHex(hex.replace(" ", "")));
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }
}
