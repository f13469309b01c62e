package dev.warrener.controller.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be said in a configuration, and what is answered to what can't. */
class ConfigurationReaderTest {
  private static final Map<String, String> LEAST = Map.of("queue.mail.workers", "2");

  @TempDir private Path folder;

  @Test
  void commandLineGoesBeforeTheFile() throws IOException {
    var file = file("controller.id=from-file\nlease=2s\nqueue.mail.workers=7\n");

    var read =
        ConfigurationReader.read(file, Map.of("controller.id", "a", "queue.mail.workers", "3"));

    assertThat(read.id()).isEqualTo("a");
    assertThat(read.lease()).isEqualTo(Duration.ofSeconds(2));
    assertThat(read.workers()).isEqualTo(3);
  }

  @Test
  void everySettingIsDocumentedAndEveryDocumentedSettingExists() throws IOException {
    var documented = new TreeSet<String>();
    var row = Pattern.compile("(?m)^\\| `([a-zA-Z.-]+)` \\|");
    var page = row.matcher(Files.readString(Path.of("../docs/configuration.md")));
    while (page.find()) {
      documented.add(page.group(1));
    }

    var existing = new TreeSet<String>();
    ControllerSettings.ALL.forEach(setting -> existing.add(setting.key()));
    ControllerSettings.OF_EACH_QUEUE.forEach(
        setting -> existing.add("queue.NAME." + setting.key()));
    assertThat(documented).isEqualTo(existing);
  }

  @Test
  void defaultsAreWhatThePageSays() throws IOException {
    var page = Files.readString(Path.of("../docs/configuration.md"));
    var inForce = ConfigurationReader.read(null, LEAST).describe();

    var row = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\| `([^`]+)` \\|").matcher(page);
    int compared = 0;
    while (row.find()) {
      var value = inForce.get(row.group(1));
      if (value != null) {
        assertThat(value).as(row.group(1)).isIn(row.group(2), row.group(2).replace("60s", "1m"));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leese | 15s | unknown setting \"leese\"; did you mean lease?",
        "nonsense | 15s | unknown setting \"nonsense\"; docs/configuration.md lists all settings",
        "start_deadline | 15s | did you mean start-deadline?",
        "queue.mail.wrokers | 3 | \"queue.mail.wrokers\"; did you mean queue.mail.workers?",
        "lease | 15 | lease: \"15\" is no duration: use a whole number with ms, s, m, h or d",
        "poison-after | many | poison-after: \"many\" is no number: use 1 to 1000",
        "queue.mail.workers | 0 | queue.mail.workers: 0 is out of range: use 1 to 10000",
        "queue.mail.dead.workers | 1 | mail.dead",
        "containment | vm | containment: ",
        "without-broker | wait | without-broker: it must be lease, kill or finish, not \"wait\"",
        "task-events | some | task-events: it must be unsuccessful or all, not \"some\"",
        "built-in-handlers | no | built-in-handlers: it must be basic, all or none, not \"no\"",
        "namespace | a b | namespace: ",
        "exec | /does/not/exist --fast | exec: there is no program /does/not/exist that can be run"
            + " here: check the name, the path and its permissions",
        "exec | no-such-program | exec: there is no program no-such-program",
        "worker.command | /tmp | worker.command: there is no program /tmp",
        "controller.id | a b | controller.id \"a b\" is not a valid name",
      })
  void aWrongSettingIsRefusedInASentence(String key, String value, String sentence) {
    var settings = new HashMap<>(LEAST);
    settings.put(key, value);

    assertThatThrownBy(() -> ConfigurationReader.read(null, settings))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aJarThatIsMissingOrNoneIsRefused() throws IOException {
    var text = file("not a jar");

    assertThatThrownBy(
            () -> ConfigurationReader.read(null, with("handlers", folder + "/absent.jar")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("absent.jar can't be read: check the path and its permissions");
    assertThatThrownBy(() -> ConfigurationReader.read(null, with("handlers", text.toString())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is no jar");
  }

  @Test
  void aProgramIsFoundByItsPathOrOnThePath() {
    assertThat(ConfigurationReader.read(null, with("exec", "/bin/sh -c true")).exec())
        .containsExactly("/bin/sh", "-c", "true");
    assertThat(ConfigurationReader.read(null, with("exec", "sh")).exec()).containsExactly("sh");
  }

  @Test
  void aFileThatIsMissingOrCanNotBeReadIsRefused() {
    assertThatThrownBy(() -> ConfigurationReader.read(folder.resolve("absent"), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("absent does not exist: check the path");
    assertThatThrownBy(() -> ConfigurationReader.read(folder, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("can't be read");
  }

  @Test
  void aControllerWithoutAQueueIsRefused() {
    assertThatThrownBy(() -> ConfigurationReader.read(null, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("give at least one --queue NAME");
  }

  private static Map<String, String> with(String key, String value) {
    return Map.of("queue.mail.workers", "2", key, value);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("settings.properties"), text);
  }
}
