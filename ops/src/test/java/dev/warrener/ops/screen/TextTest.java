package dev.warrener.ops.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void commonBeginningIsThatOfAllAndNothingForOne() {
    assertThat(Text.commonBeginning(List.of("0193-a1", "0193-b2", "0193-a3"))).isEqualTo(5);
    assertThat(Text.commonBeginning(List.of("0193-a1", "0193-a1"))).isZero();
    assertThat(Text.commonBeginning(List.of("x", "y"))).isZero();
    assertThat(Text.commonBeginning(List.of())).isZero();
  }

  @Test
  void controlCharactersCantPlayWithTheTerminal() {
    assertThat(Text.oneLine("a\u001b[2Jb\nc\td")).isEqualTo("a\\u001b[2Jb\\u000ac d");
  }

  @Test
  void cutTextEndsWithAnEllipsis() {
    assertThat(Text.cut("warrener", 8)).isEqualTo("warrener");
    assertThat(Text.cut("warrener", 5)).isEqualTo("warr…");
    assertThat(Text.cut("warrener", 1)).isEqualTo("…");
  }

  @Test
  void coloursTakeNoColumnWhenCut() {
    assertThat(Text.cutPainted("\u001b[31mred\u001b[0m and more", 6))
        .isEqualTo("\u001b[31mred\u001b[0m a…");
    assertThat(Text.cutPainted("\u001b[31mexact\u001b[0m", 5))
        .isEqualTo("\u001b[31mexact\u001b[0m");
    assertThat(Text.cutPainted("\u001b[31mlonger\u001b[0m", 5))
        .as("the colour ends although its text is cut")
        .isEqualTo("\u001b[31mlong…\u001b[0m");
  }

  @Test
  void beginningsDontTearCharacters() {
    assertThat(Text.beginning("a😀b", 2)).isEqualTo("a😀");
    assertThat(Text.beginning("a😀b", 9)).isEqualTo("a😀b");
  }
}
