package dev.warrener.controller.configuration;

import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.TaskEvents;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a controller's configuration: a properties file, and above it what the command line said.
 * Durations are {@code 500ms}, {@code 15s}, {@code 10m}, {@code 2h}, {@code 1d}; {@code 0} is none.
 */
public final class ConfigurationReader {
  /** The settings that don't belong to a queue. */
  static final Set<String> KEYS =
      Set.of(
          "controller.id",
          "namespace",
          "handlers",
          "exec",
          "worker.command",
          "worker.java-options",
          "built-in-handlers",
          "worker.pids",
          "worker.nice",
          "operators",
          "containment",
          "lease",
          "without-broker",
          "task-events",
          "start-deadline",
          "drain-deadline",
          "broker-patience",
          "restart.first-delay",
          "restart.longest-delay",
          "restart.intensity",
          "restart.window",
          "restart.cool-down",
          "duplicate-window",
          "poison-after",
          "runtime-directory",
          "state-directory");

  /** The settings of each queue, after {@code queue.NAME.}. */
  static final Set<String> QUEUE_KEYS =
      Set.of("workers", "spares", "look-ahead", "ahead", "max-attempts", "timeout");

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");

  private final Map<String, String> values;

  private ConfigurationReader(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads a configuration.
   *
   * @param file a properties file, or null for none
   * @param above settings that go before those of the file
   * @throws ConfigurationException if the file can't be read, a key is unknown, or a value is wrong
   */
  public static ControllerConfiguration read(@Nullable Path file, Map<String, String> above) {
    var values = new HashMap<String, String>();
    if (file != null) {
      var properties = new Properties();
      try (var reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (NoSuchFileException e) {
        throw new ConfigurationException(
            "the configuration file " + file + " does not exist: check the path", e);
      } catch (IOException | IllegalArgumentException e) {
        throw new ConfigurationException(
            "the configuration file " + file + " can't be read: " + e.getMessage(), e);
      }
      properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    }
    values.putAll(above);
    return new ConfigurationReader(values).configuration();
  }

  private ControllerConfiguration configuration() {
    refuseUnknownKeys();
    return new ControllerConfiguration(
        values.getOrDefault("controller.id", Host.name()),
        value("namespace", Namespace.DEFAULT, Namespace::new),
        queues(),
        handlers(),
        command("exec"),
        command("worker.command"),
        words("worker.java-options"),
        value("built-in-handlers", true, ConfigurationReader::yesOrNo),
        new HashSet<>(list("operators")),
        value("containment", ContainmentChoice.AUTO, ContainmentChoice::of),
        number("worker.pids", 1024, 0, 1_000_000),
        number("worker.nice", 10, 0, 19),
        duration("lease", Duration.ofSeconds(15)),
        oneOf("without-broker", WithoutBroker.LEASE, WithoutBroker.values(), WithoutBroker::text),
        oneOf("task-events", TaskEvents.UNSUCCESSFUL, TaskEvents.values(), TaskEvents::text),
        duration("start-deadline", Duration.ofSeconds(30)),
        duration("drain-deadline", Duration.ofSeconds(60)),
        duration("broker-patience", Duration.ofSeconds(30)),
        new Settings.Restarts(
            duration("restart.first-delay", Settings.Restarts.DEFAULT.first()),
            duration("restart.longest-delay", Settings.Restarts.DEFAULT.most()),
            number("restart.intensity", Settings.Restarts.DEFAULT.intensity(), 1, 1000),
            duration("restart.window", Settings.Restarts.DEFAULT.window()),
            duration("restart.cool-down", Settings.Restarts.DEFAULT.coolDown())),
        duration("duplicate-window", Duration.ofMinutes(10)),
        number("poison-after", 3, 1, 1000),
        path("runtime-directory"),
        path("state-directory"));
  }

  private @Nullable Path path(String key) {
    var value = values.get(key);
    return value == null ? null : Path.of(value);
  }

  private void refuseUnknownKeys() {
    for (var key : new TreeSet<>(values.keySet())) {
      boolean queueKey =
          key.startsWith("queue.") && QUEUE_KEYS.contains(key.substring(key.lastIndexOf('.') + 1));
      if (!KEYS.contains(key) && !queueKey) {
        throw new ConfigurationException(
            "unknown setting \""
                + key
                + "\""
                + nearest(key)
                + ": the settings are "
                + String.join(", ", new TreeSet<>(KEYS))
                + ", and for each queue queue.NAME."
                + String.join(", queue.NAME.", new TreeSet<>(QUEUE_KEYS)));
      }
    }
  }

  private static String nearest(String key) {
    return KEYS.stream()
        .filter(known -> known.replace("-", "").equals(key.replace("-", "").replace("_", "")))
        .findFirst()
        .map(known -> " (did you mean " + known + "?)")
        .orElse("");
  }

  private List<Settings.QueueSettings> queues() {
    var names = new TreeSet<String>();
    for (var key : values.keySet()) {
      if (key.startsWith("queue.")) {
        names.add(key.substring("queue.".length(), key.lastIndexOf('.')));
      }
    }
    var queues = new ArrayList<Settings.QueueSettings>();
    for (var name : names) {
      try {
        Names.requireQueue(name);
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(e.getMessage() == null ? name : e.getMessage(), e);
      }
      var prefix = "queue." + name + ".";
      int workers =
          number(prefix + "workers", Runtime.getRuntime().availableProcessors(), 1, 10_000);
      queues.add(
          new Settings.QueueSettings(
              name,
              workers,
              number(prefix + "look-ahead", workers, 0, 50_000),
              number(prefix + "max-attempts", 3, 1, 1_000_000),
              duration(prefix + "timeout", Duration.ZERO),
              new Settings.Ahead(
                  number(prefix + "ahead", Settings.Ahead.DEFAULT.most(), 0, 1000),
                  Settings.Ahead.DEFAULT.within()),
              number(prefix + "spares", 0, 0, 10_000)));
    }
    return queues;
  }

  private List<Path> handlers() {
    var jars = new ArrayList<Path>();
    for (var name : list("handlers")) {
      var jar = Path.of(name).toAbsolutePath();
      if (!Files.isReadable(jar)) {
        throw new ConfigurationException(
            "the handlers' jar " + name + " can't be read: check the path and its permissions");
      }
      try (var zip = new ZipFile(jar.toFile())) {
        zip.size();
      } catch (IOException e) {
        throw new ConfigurationException(
            "the handlers' jar " + name + " is no jar: " + e.getMessage(), e);
      }
      jars.add(jar);
    }
    return jars;
  }

  private List<String> list(String key) {
    var value = values.get(key);
    return value == null || value.isBlank()
        ? List.of()
        : Arrays.stream(value.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  /**
   * Words apart by spaces; from the command line they come apart by NUL, so that spaces survive.
   */
  private List<String> words(String key) {
    var value = values.get(key);
    if (value == null || value.isBlank()) {
      return List.of();
    }
    var separator = value.indexOf('\0') >= 0 ? "\0" : "\\s+";
    return Arrays.stream(value.split(separator, -1)).filter(word -> !word.isEmpty()).toList();
  }

  /** Words of which the first is a program that can be started here. */
  private List<String> command(String key) {
    var words = words(key);
    if (!words.isEmpty() && !isProgram(words.getFirst())) {
      throw new ConfigurationException(
          key
              + ": there is no program "
              + words.getFirst()
              + " that can be run here: check the name, the path and its permissions");
    }
    return words;
  }

  private static boolean isProgram(String name) {
    return name.indexOf('/') >= 0
        ? isProgram(Path.of(name))
        : Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
            .anyMatch(folder -> isProgram(Path.of(folder, name)));
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  private <T> T value(String key, T absent, Function<String, T> parse) {
    var text = values.get(key);
    if (text == null) {
      return absent;
    }
    try {
      return parse.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(key + ": " + e.getMessage(), e);
    }
  }

  private <T> T oneOf(String key, T absent, T[] choices, Function<T, String> name) {
    return value(
        key,
        absent,
        text -> {
          for (var choice : choices) {
            if (name.apply(choice).equals(text)) {
              return choice;
            }
          }
          var names = Arrays.stream(choices).map(name).toList();
          throw new IllegalArgumentException(
              "it must be "
                  + String.join(", ", names.subList(0, names.size() - 1))
                  + " or "
                  + names.getLast()
                  + ", not \""
                  + text
                  + "\"");
        });
  }

  private int number(String key, int absent, int least, int most) {
    return value(
        key,
        absent,
        text -> {
          int number;
          try {
            number = Integer.parseInt(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                "\"" + text + "\" is no number: use " + least + " to " + most, e);
          }
          if (number < least || number > most) {
            throw new IllegalArgumentException(
                number + " is out of range: use " + least + " to " + most);
          }
          return number;
        });
  }

  private static boolean yesOrNo(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
    };
  }

  private Duration duration(String key, Duration absent) {
    return value(key, absent, ConfigurationReader::duration);
  }

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none, with a sentence that says how one looks
   */
  static Duration duration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    var matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no duration: use a whole number with ms, s, m, h or d, such as 15s");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  static String text(Duration duration) {
    if (duration.isZero()) {
      return "0";
    }
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    return millis % 60_000 != 0 ? millis / 1000 + "s" : millis / 60_000 + "m";
  }
}
