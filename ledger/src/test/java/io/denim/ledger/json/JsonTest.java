package io.denim.ledger.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Go's `encoding/json` was seen to do.
class JsonTest {
  /// From the smallest to the greatest; those in one line are equal.
  private static final String[] ORDER = {
    "null",
    "false",
    "true",
    "-1e300",
    "-5",
    "-0.5",
    "0",
    "1",
    "1.5",
    "10",
    "\"\"",
    "\"_\"",
    "\"1\"",
    "\"a\"",
    "\"A\"",
    "\"aa\"",
    "\"b\"",
    "\"B\"",
    "\"ba\"",
    "\"é\"",
    "\"z\"",
    "[]",
    "[null]",
    "[\"a\"]",
    "[\"b\"]",
    "[\"b\",\"c\"]",
    "[[]]",
    "{}",
    "{\"a\":1}",
    "{\"a\":2}",
    "{\"a\":2,\"b\":0}",
    "{\"b\":1}",
    "{\"b\":2,\"c\":2}"
  };

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"b":1,"a":2,"b":3}     | {"a":2,"b":3}
          [1.0,1e2,-0,1e21,1e-7]  | [1,100,0,1e+21,1e-7]
          [0.000001,123456789012345680000] | [0.000001,123456789012345680000]
          [1.7976931348623157e308,5e-324] | [1.7976931348623157e+308,5e-324]
          "\\u00e9\\ud83d\\ude00\\ud83d" | "é😀\uFFFD"
          "<a&b>\\u2028\\/\\t"    | "\\u003ca\\u0026b\\u003e\\u2028/\\t"
          """)
  void isWrittenAsGoWritesIt(String read, String written) throws Exception {
    assertThat(JsonText.of(JsonParser.parse(bytes(read)))).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        ".5",
        "+1",
        "nul",
        "'a'",
        "\"\t\"",
        "1e400",
        "{\"a\" 1}",
        "[1] 2",
        "\"\\x\"",
        "NaN",
        "\uFEFF{}"
      })
  void isRefusedWhereGoRefusesIt(String text) {
    assertThatThrownBy(() -> JsonParser.parse(bytes(text))).isInstanceOf(JsonException.class);
  }

  @Test
  void nestsToABoundedDepth() throws Exception {
    int depth = JsonParser.MAX_DEPTH;
    JsonParser.parse(bytes("[".repeat(depth) + "]".repeat(depth)));
    assertThatThrownBy(() -> JsonParser.parse(bytes("[".repeat(1_000_000))))
        .hasMessage("exceeded max depth");
  }

  @Test
  void bytesThatAreNoTextAreReplacedOneByOne() throws Exception {
    byte[] bytes = {'"', (byte) 0xe2, (byte) 0x82, 'x', (byte) 0xc3, (byte) 0xa9, '"'};
    assertThat(JsonParser.parse(ByteString.copyFrom(bytes)))
        .isEqualTo(new Json.Text("\uFFFD\uFFFDxé"));
  }

  @Test
  void valuesAndTheirKeysHaveCouchDbsOrder() throws Exception {
    for (int i = 0; i < ORDER.length; i++) {
      for (int j = 0; j < ORDER.length; j++) {
        Json left = JsonParser.parse(bytes(ORDER[i]));
        Json right = JsonParser.parse(bytes(ORDER[j]));
        int expected = Integer.compare(i, j);
        assertThat(Integer.signum(Collation.compare(left, right)))
            .as("%s and %s", ORDER[i], ORDER[j])
            .isEqualTo(expected);
        assertThat(Integer.signum(Arrays.compareUnsigned(key(left), key(right))))
            .as("keys of %s and %s", ORDER[i], ORDER[j])
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void keysOfRandomValuesAreOrderedAsTheValuesAre() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      Json left = value(random, 3);
      Json right = random.nextInt(10) == 0 ? left : value(random, 3);
      assertThat(Integer.signum(Arrays.compareUnsigned(key(left), key(right))))
          .as("%s and %s", left, right)
          .isEqualTo(Integer.signum(Collation.compare(left, right)));
    }
  }

  private static byte[] key(Json value) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    Collation.append(value, key);
    return key.toByteArray();
  }

  static Json value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> Json.NULL;
      case 1 -> random.nextBoolean() ? Json.TRUE : Json.FALSE;
      case 2 -> Json.Num.of(random.nextInt(7) - 3);
      case 3 -> Json.Num.of(random.nextGaussian() * 100);
      case 4 -> new Json.Text(text(random));
      case 5 -> {
        List<Json> elements = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          elements.add(value(random, depth - 1));
        }
        yield new Json.Array(elements);
      }
      default -> {
        Json.Obj object = Json.Obj.of(java.util.Map.of());
        for (int i = random.nextInt(3); i > 0; i--) {
          object = object.with(text(random), value(random, depth - 1));
        }
        yield object;
      }
    };
  }

  private static String text(Random random) {
    String[] letters = {"a", "A", "b", "ä", " ", "-", "1", "\u0000", "é", "😀", "Z", "_"};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
