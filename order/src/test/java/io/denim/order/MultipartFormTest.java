package io.denim.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultipartFormTest {
  private static final String TYPE = "multipart/form-data; boundary=b";
  private static final String GOOD = part("config-block", "the block") + "--b--\r\n";

  @Test
  void theOneFileIsFound() throws Exception {
    assertThat(file(TYPE, GOOD)).isEqualTo(ByteString.copyFromUtf8("the block"));
  }

  @Test
  void anythingElseIsRefused() {
    assertRefused(TYPE, part("other", "x") + "--b--\r\n", "does not contains part key");
    assertRefused(
        TYPE, part("config-block", "x") + part("other", "y") + "--b--\r\n", "too many parts");
    assertRefused(TYPE, part("config-block", "x").repeat(200) + "--b--\r\n", "");
    assertRefused("multipart/form-data", GOOD, "cannot read form");
    assertRefused("multipart/form-data; boundary=", GOOD, "");
  }

  @ParameterizedTest
  @CsvSource({"0", "5", "40", "80"})
  void aBodyThatWasCutShortIsRefused(int length) {
    assertThatThrownBy(() -> file(TYPE, GOOD.substring(0, length)))
        .isInstanceOf(ChannelException.class);
  }

  /// Whatever comes, the answer is a file or a reason.
  @Test
  void bodiesWithFlippedMissingAndRepeatedPiecesNeverBreakIt() {
    Random random = new Random(20_261_121);
    for (int round = 0; round < 5_000; round++) {
      byte[] body = GOOD.getBytes(StandardCharsets.UTF_8);
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      byte[] cut = Arrays.copyOf(body, random.nextInt(body.length + 20));
      try {
        assertThat(MultipartForm.file(TYPE, cut, "config-block").size()).isNotNegative();
      } catch (ChannelException e) {
        assertThat(e).hasMessageContaining("form");
      }
    }
  }

  private static void assertRefused(String type, String body, String reason) {
    assertThatThrownBy(() -> file(type, body))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining(reason);
  }

  private static ByteString file(String type, String body) throws ChannelException {
    return MultipartForm.file(type, body.getBytes(StandardCharsets.UTF_8), "config-block");
  }

  private static String part(String key, String content) {
    return "--b\r\nContent-Disposition: form-data; name=\""
        + key
        + "\"; filename=\"f\"\r\n\r\n"
        + content
        + "\r\n";
  }
}
