package dev.warrener.ops.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.screen.Style.Tone;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StyleTest {
  static Stream<Arguments> decisions() {
    return Stream.of(
        Arguments.of("a terminal", true, false, Map.of("TERM", "xterm"), true),
        Arguments.of("a pipe", false, false, Map.of("TERM", "xterm"), false),
        Arguments.of("a dumb terminal", true, false, Map.of("TERM", "dumb"), false),
        Arguments.of("--no-color", true, true, Map.of(), false),
        Arguments.of("NO_COLOR", true, false, Map.of("NO_COLOR", "1"), false),
        Arguments.of("an empty NO_COLOR is none", true, false, Map.of("NO_COLOR", ""), true),
        Arguments.of("forced into a pipe", false, false, Map.of("CLICOLOR_FORCE", "1"), true),
        Arguments.of("not forced", false, false, Map.of("CLICOLOR_FORCE", "0"), false),
        Arguments.of(
            "forced and forbidden",
            true,
            false,
            Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"),
            false));
  }

  @ParameterizedTest(name = "{0}: {4}")
  @MethodSource("decisions")
  void colourIsDecidedByOptionEnvironmentAndDescriptor(
      String story, boolean terminal, boolean noColor, Map<String, String> env, boolean colour) {
    assertThat(Style.decide(terminal, noColor, env).colour()).as(story).isEqualTo(colour);
  }

  @Test
  void plainTextStaysAsItIs() {
    assertThat(Style.PLAIN.paint(Tone.BAD, "x")).isEqualTo("x");
    assertThat(new Style(true).paint(Tone.NORMAL, "x")).isEqualTo("x");
    assertThat(new Style(true).paint(Tone.BAD, "")).isEmpty();
  }

  @Test
  void onlyOurOwnColoursReachTheTerminal() {
    var style = new Style(true);
    var theirs = "\u001b[32mCONFIRMED\u001b[0m \u001b[2J\u009b2J\u202e";

    assertThat(
            Style.shown(style.paint(Tone.BAD, theirs) + " " + theirs + style.paint(Tone.GOOD, "x")))
        .isEqualTo(
            "\u001b[31m"
                + "\\u001b[32mCONFIRMED\\u001b[0m \\u001b[2J\\u009b2J\\u202e"
                + "\u001b[0m "
                + "\\u001b[32mCONFIRMED\\u001b[0m \\u001b[2J\\u009b2J\\u202e"
                + "\u001b[32mx\u001b[0m");
  }
}
