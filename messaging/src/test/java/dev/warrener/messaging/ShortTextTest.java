package dev.warrener.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortTextTest {
  @Test
  void textThatFitsStaysAsItIs() {
    assertThat(ShortText.ofBytes("", 3)).isEmpty();
    assertThat(ShortText.ofBytes("abc", 3)).isEqualTo("abc");
    assertThat(ShortText.ofBytes("éé", 4)).isEqualTo("éé");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abcdefghij", "éééééééé", "日本語日本語", "😀😀😀😀", "a😀é日a😀é日"})
  void longTextIsCutBetweenCharacters(String text) {
    int whole = text.getBytes(StandardCharsets.UTF_8).length;
    for (int most = 3; most < whole; most++) {
      var cut = ShortText.ofBytes(text, most);

      assertThat(cut.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(most);
      assertThat(cut).endsWith("…");
      assertThat(text).startsWith(cut.substring(0, cut.length() - 1));
      assertThat(new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .isEqualTo(cut);
    }
  }
}
