package dev.warrener.messaging.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.json.ContractJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrintableTest {
  static IntStream hostile() {
    return Stream.of(
            IntStream.rangeClosed(0, 0x1f).filter(c -> c != '\t'),
            IntStream.rangeClosed(0x7f, 0x9f),
            IntStream.of(0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff),
            IntStream.rangeClosed(0x202a, 0x202e),
            IntStream.rangeClosed(0x2066, 0x2069),
            IntStream.of(0xd800, 0xdfff, 0xe0001, 0xe0041))
        .flatMapToInt(range -> range);
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void charactersThatATerminalActsOnAreEscaped(int hostile) {
    var text = "a" + Character.toString(hostile) + "b";

    for (var shown : List.of(Printable.line(text), Printable.word(text))) {
      assertThat(shown).matches("a(\\\\u[0-9a-f]{4}){1,2}b");
      assertThat(Printable.line(shown)).as("a second time").isEqualTo(shown);
    }
  }

  @Test
  void textOfAllLanguagesStays() {
    var text = "Grüße, 世界, مرحبا, שלום, 😀 — \"quoted\" \\ 'it' {x}\tend";

    assertThat(Printable.line(text)).isSameAs(text);
  }

  @Test
  void wordIsNeitherSplitNorAnOption() {
    assertThat(Printable.word("mail-1.b_2/c:d@e+f=g,h#i%")).isEqualTo("mail-1.b_2/c:d@e+f=g,h#i%");
    assertThat(Printable.word("--all")).isEqualTo("\\u002d-all");
    assertThat(Printable.word("-y")).isEqualTo("\\u002dy");
    assertThat(Printable.word("a -y\t'b' \"c\" $(d) `e` *?[f] \\g ;|&<>"))
        .doesNotContainAnyWhitespaces()
        .doesNotContainPattern("['\"$`*?\\[;|&<>(]");
  }

  @Test
  void idIsNamedAsItIsAndAsItIsShown() {
    var id = "-y a\u001b";

    assertThat(Printable.names(id, id)).isTrue();
    assertThat(Printable.names("-y a\\u001b", id)).isTrue();
    assertThat(Printable.names("\\u002dy\\u0020a\\u001b", id)).isTrue();
    assertThat(Printable.names("-y a", id)).isFalse();
  }

  @Test
  void jsonStaysTheSameValue() {
    var value =
        Map.of(
            "key\u202e",
            List.of("\u001b[31m\n\u0085\u009b\u2028\u2066" + Character.toString(0xe0041), "é"));
    var pretty = ContractJson.pretty(value);

    var shown = Printable.json(pretty);

    assertThat(shown).matches("[\\n\\x20-\\x7eé]*");
    assertThat(shown.lines().count()).isEqualTo(pretty.lines().count());
    assertThat(ContractJson.tree(shown.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(ContractJson.tree(pretty.getBytes(StandardCharsets.UTF_8)));
  }
}
