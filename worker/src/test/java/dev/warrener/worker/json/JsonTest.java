package dev.warrener.worker.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.warrener.worker.json.JsonValue.JsonArray;
import dev.warrener.worker.json.JsonValue.JsonBoolean;
import dev.warrener.worker.json.JsonValue.JsonNull;
import dev.warrener.worker.json.JsonValue.JsonNumber;
import dev.warrener.worker.json.JsonValue.JsonObject;
import dev.warrener.worker.json.JsonValue.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void valueOfEachKindIsRead() throws JsonFormatException {
    assertThat(parse(" { \"a\" : [ 1 , -0.5e+3, true, false, null, \"x\" ] , \"b\" : {} }\n"))
        .isEqualTo(
            new JsonObject(
                Map.of(
                    "a",
                    new JsonArray(
                        List.of(
                            new JsonNumber("1"),
                            new JsonNumber("-0.5e+3"),
                            new JsonBoolean(true),
                            new JsonBoolean(false),
                            new JsonNull(),
                            new JsonText("x"))),
                    "b",
                    new JsonObject(Map.of()))));
  }

  @Test
  void escapesAreResolved() throws JsonFormatException {
    assertThat(parse("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD83D\\uDE00z\""))
        .isEqualTo(new JsonText("a\"\\/\b\f\n\r\tä😀z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                | it ends too early, at character 1
          '   '             | it ends too early, at character 4
          {                 | it ends too early, at character 2
          {"a"              | it ends too early, at character 5
          {"a" 1}           | "1" was not expected, at character 6
          {"a":1,}          | "}" was not expected, at character 8
          {a:1}             | "a" was not expected, at character 2
          {"a":1,"a":2}     | the member "a" is there twice, at character 13
          [1,]              | "]" was not expected, at character 4
          [1 2]             | "2" was not expected, at character 4
          1 2               | something follows the value, at character 3
          01                | something follows the value, at character 2
          -                 | it ends too early, at character 2
          +1                | "+" was not expected, at character 1
          .5                | "." was not expected, at character 1
          1.                | it ends too early, at character 3
          1.e5              | "e" was not expected, at character 3
          1e                | it ends too early, at character 3
          NaN               | "N" was not expected, at character 1
          tru               | "t" was not expected, at character 1
          "a                | it ends too early, at character 3
          "\\x"             | "x" was not expected, at character 3
          "\\u12"           | "\\"" was not expected, at character 6
          "\\u１234"         | "１" was not expected, at character 4
          """)
  void textThatIsNoJsonIsRefusedWithReasonAndPlace(String text, String reason) {
    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> parse(text))
        .withMessage("this is no JSON: " + reason);
    assertThat(Json.isValid(utf8(text))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\nb\"", "\"\t\"", "\"\u0000\""})
  void controlCharacterInATextIsRefused(String text) {
    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> parse(text))
        .withMessageStartingWith("this is no JSON: a control character stands in a text");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    byte[] latin1 = "\"ä\"".getBytes(StandardCharsets.ISO_8859_1);

    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> Json.parse(latin1))
        .withMessage("this is no JSON: the text isn't UTF-8");
    assertThat(Json.isValid(latin1)).isFalse();
    assertThat(Json.isValid(utf8("\"\uFFFD\""))).isTrue();
  }

  @Test
  void depthIsBoundedSoThatNoInputOverflowsTheStack() throws JsonFormatException {
    parse("[".repeat(257) + "]".repeat(257));

    assertThatExceptionOfType(JsonFormatException.class)
        .isThrownBy(() -> parse("[".repeat(1_000_000)))
        .withMessage("this is no JSON: it is nested more than 256 deep, at character 258");
  }

  @Test
  void quotedTextReadsBackTheSame() throws JsonFormatException {
    assertThat(Json.quote("a\"\\\n\r\t\u0001\u001fä😀\uD800z\uDC00"))
        .isEqualTo("\"a\\\"\\\\\\n\\r\\t\\u0001\\u001fä😀\\ud800z\\udc00\"");

    RandomGenerator random = seeded();
    for (int round = 0; round < 2_000; round++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x1_0000));
      }
      assertThat(parse(Json.quote(text.toString()))).isEqualTo(new JsonText(text.toString()));
    }
  }

  @Test
  void anyValueReadsBackTheSame() throws JsonFormatException {
    RandomGenerator random = seeded();
    for (int round = 0; round < 500; round++) {
      JsonValue value = anyValue(random, 5);
      var text = new StringBuilder();
      write(value, text, random);

      assertThat(parse(text.toString())).isEqualTo(value);
      assertThat(Json.isValid(utf8(text.toString()))).isTrue();
    }
  }

  @Test
  void anyDamageIsJudgedTheSameWithAndWithoutMakingValues() {
    RandomGenerator random = seeded();
    for (int round = 0; round < 5_000; round++) {
      var text = new StringBuilder();
      write(anyValue(random, 3), text, random);
      text.setCharAt(random.nextInt(text.length()), "{}[]\",:0e-\\".charAt(random.nextInt(11)));
      byte[] damaged = utf8(text.toString());

      assertThat(Json.isValid(damaged)).as(text.toString()).isEqualTo(isParsed(damaged));
    }
  }

  private static boolean isParsed(byte[] utf8) {
    try {
      Json.parse(utf8);
      return true;
    } catch (JsonFormatException e) {
      return false;
    }
  }

  private static JsonValue anyValue(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> new JsonNull();
      case 1 -> new JsonBoolean(random.nextBoolean());
      case 2 -> new JsonNumber(Double.toString(random.nextGaussian() * 1e9));
      case 3 -> new JsonText(anyName(random));
      case 4 -> {
        List<JsonValue> items = new ArrayList<>();
        for (int item = random.nextInt(4); item > 0; item--) {
          items.add(anyValue(random, depth - 1));
        }
        yield new JsonArray(items);
      }
      default -> {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        for (int member = random.nextInt(4); member > 0; member--) {
          members.put(anyName(random), anyValue(random, depth - 1));
        }
        yield new JsonObject(members);
      }
    };
  }

  private static String anyName(RandomGenerator random) {
    return Long.toString(random.nextLong(), 36) + (random.nextBoolean() ? "\"\n" : "é");
  }

  private static void write(JsonValue value, StringBuilder text, RandomGenerator random) {
    text.append(" \n\t\r".charAt(random.nextInt(4)));
    switch (value) {
      case JsonNull nothing -> text.append("null");
      case JsonBoolean truth -> text.append(truth.value());
      case JsonNumber number -> text.append(number.digits());
      case JsonText string -> text.append(Json.quote(string.text()));
      case JsonArray array -> {
        String separator = "[";
        for (JsonValue item : array.items()) {
          text.append(separator);
          write(item, text, random);
          separator = ",";
        }
        text.append(array.items().isEmpty() ? "[]" : "]");
      }
      case JsonObject object -> {
        String separator = "{";
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
          text.append(separator).append(Json.quote(member.getKey())).append(' ').append(':');
          write(member.getValue(), text, random);
          separator = ",";
        }
        text.append(object.members().isEmpty() ? "{}" : "}");
      }
    }
  }

  private static RandomGenerator seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("JsonTest: run again with -Dseed=" + seed);
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static JsonValue parse(String text) throws JsonFormatException {
    return Json.parse(utf8(text));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
