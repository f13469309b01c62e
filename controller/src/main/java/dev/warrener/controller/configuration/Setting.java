package dev.warrener.controller.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.ZipFile;

/**
 * One setting: its key, its default, and how its value is read and shown.
 *
 * @param <T> the type of the value
 * @param standard the text of the default
 * @param reader reads a text; throws an IllegalArgumentException with a sentence if it can't
 * @param writer returns the text of a value
 */
record Setting<T>(
    String key, String standard, Function<String, T> reader, Function<T, String> writer) {

  /**
   * Returns the value of this setting, or its default.
   *
   * @throws ConfigurationException if the value can't be read
   */
  T in(Map<String, String> values) {
    try {
      return reader.apply(values.getOrDefault(key, standard));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(key + ": " + e.getMessage(), e);
    }
  }

  /** Returns the text of a value. */
  String show(T value) {
    return writer.apply(value);
  }

  /** Returns the same setting below a prefix, such as that of a queue. */
  Setting<T> below(String prefix) {
    return new Setting<>(prefix + key, standard, reader, writer);
  }

  /** Returns the same setting with another default. */
  Setting<T> orElse(T value) {
    return new Setting<>(key, writer.apply(value), reader, writer);
  }

  static Setting<String> text(String key, String standard) {
    return new Setting<>(key, standard, Function.identity(), Function.identity());
  }

  static Setting<Duration> duration(String key, Duration standard) {
    return new Setting<>(
        key, Durations.text(standard), text -> Durations.read(text.strip()), Durations::text);
  }

  static Setting<Integer> number(String key, int standard, int least, int most) {
    return new Setting<>(
        key,
        Integer.toString(standard),
        text -> number(text.strip(), least, most),
        value -> Integer.toString(value));
  }

  private static int number(String text, int least, int most) {
    int number;
    try {
      number = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no number: use " + least + " to " + most, e);
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(number + " is out of range: use " + least + " to " + most);
    }
    return number;
  }

  static Setting<Boolean> yesOrNo(String key, boolean standard) {
    return new Setting<>(
        key,
        Boolean.toString(standard),
        text ->
            switch (text.strip()) {
              case "true" -> true;
              case "false" -> false;
              default ->
                  throw new IllegalArgumentException(
                      "\"" + text.strip() + "\" is neither true nor false");
            },
        value -> Boolean.toString(value));
  }

  /** A setting with any type of value; {@code reader} gets a text without spaces around it. */
  static <T> Setting<T> of(
      String key, T standard, Function<String, T> reader, Function<T, String> writer) {
    return new Setting<>(key, writer.apply(standard), text -> reader.apply(text.strip()), writer);
  }

  /** A setting whose value is one of a few words. */
  static <T> Setting<T> oneOf(String key, T standard, T[] choices, Function<T, String> name) {
    return of(key, standard, text -> choice(text, choices, name), name);
  }

  /** Returns the choice with that name; the refusal of any other lists the names. */
  static <T> T choice(String text, T[] choices, Function<T, String> name) {
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
  }

  /** A setting whose value is names, separated by commas; by default none. */
  static Setting<List<String>> names(String key) {
    return new Setting<>(key, "", Setting::split, value -> String.join(",", value));
  }

  private static List<String> split(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * A setting whose value is words, separated by spaces; by default none. The command line
   * separates them by NUL, so that words may contain spaces.
   */
  static Setting<List<String>> words(String key) {
    return new Setting<>(key, "", Setting::wordsOf, value -> String.join(" ", value));
  }

  private static List<String> wordsOf(String text) {
    var separator = text.indexOf('\0') >= 0 ? "\0" : "\\s+";
    return Arrays.stream(text.split(separator, -1)).filter(word -> !word.isEmpty()).toList();
  }

  /** A setting whose value is words, the first of which is a program that can be run here. */
  static Setting<List<String>> command(String key) {
    return new Setting<>(key, "", Setting::commandOf, value -> String.join(" ", value));
  }

  private static List<String> commandOf(String text) {
    var words = wordsOf(text);
    if (!words.isEmpty() && !isProgram(words.getFirst())) {
      throw new IllegalArgumentException(
          "there is no program "
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

  /** A setting whose value is jars, separated by commas; by default none. */
  static Setting<List<Path>> jars(String key) {
    return new Setting<>(
        key,
        "",
        Setting::jarsOf,
        value -> String.join(",", value.stream().map(Path::toString).toList()));
  }

  private static List<Path> jarsOf(String text) {
    var jars = new ArrayList<Path>();
    for (var name : split(text)) {
      var jar = Path.of(name).toAbsolutePath();
      if (!Files.isReadable(jar)) {
        throw new IllegalArgumentException(
            "the jar " + name + " can't be read: check the path and its permissions");
      }
      try (var zip = new ZipFile(jar.toFile())) {
        zip.size();
      } catch (IOException e) {
        throw new IllegalArgumentException("the jar " + name + " is no jar: " + e.getMessage(), e);
      }
      jars.add(jar);
    }
    return List.copyOf(jars);
  }

  /** A setting whose value is a path; by default none. */
  static Setting<Optional<Path>> path(String key) {
    return new Setting<>(
        key,
        "",
        text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)),
        value -> value.map(Path::toString).orElse(""));
  }
}
