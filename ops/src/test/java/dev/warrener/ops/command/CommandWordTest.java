package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.invocation.GlobalOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

class CommandWordTest {
  @ParameterizedTest
  @CsvSource({
    "controller --queue mail, controller",
    "--namespace=x controller, controller",
    "--namespace x controller, controller",
    "-q -o json --broker amqp://b --no-color status, status",
    "--namespace controller kill --all, kill",
  })
  void commandIsTheFirstWordThatIsNoOption(String call, String command) {
    assertThat(CommandWord.of(List.of(call.split(" ", -1)))).isEqualTo(command);
  }

  @ParameterizedTest
  @CsvSource({"--help", "--namespace controller", "--namespace"})
  void callWithoutACommandHasNone(String call) {
    assertThat(CommandWord.of(List.of(call.split(" ", -1)))).isNull();
  }

  @Test
  void optionsWithAValueAreThoseOfEveryCommandAndOfTheLauncher() throws Exception {
    var options = new TreeSet<String>();
    for (var option : CommandSpec.forAnnotatedObject(new GlobalOptions()).options()) {
      if (option.arity().min() > 0) {
        options.addAll(List.of(option.names()));
      }
    }

    assertThat(CommandWord.WITH_VALUE).isEqualTo(options);
    var line =
        Files.readString(Path.of("..", "warrener"))
            .lines()
            .filter(one -> one.endsWith(") is_value=1 ;;"))
            .toList();
    assertThat(line).hasSize(1);
    assertThat(List.of(line.getFirst().replace(") is_value=1 ;;", "").strip().split(" \\| ", -1)))
        .containsExactlyInAnyOrderElementsOf(options);
  }
}
