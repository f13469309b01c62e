package dev.warrener.controller.configuration;

import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.text.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a controller's configuration from a properties file and the command line. Every key must be
 * known, and every value is checked; nothing is ignored or repaired.
 */
public final class ConfigurationReader {
  private static final String QUEUE = "queue.";

  private ConfigurationReader() {}

  /**
   * Reads a configuration.
   *
   * @param file a properties file, or null for none
   * @param above settings that override those of the file
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
    refuseUnknownKeys(values);
    return new ControllerConfiguration(values, queues(values));
  }

  private static void refuseUnknownKeys(Map<String, String> values) {
    var keys = keys(ControllerSettings.ALL);
    var queueKeys = keys(ControllerSettings.OF_EACH_QUEUE);
    for (var key : new TreeSet<>(values.keySet())) {
      boolean isOfQueue =
          key.startsWith(QUEUE) && queueKeys.contains(key.substring(key.lastIndexOf('.') + 1));
      if (!keys.contains(key) && !isOfQueue) {
        throw new ConfigurationException(
            "unknown setting \"" + key + "\"" + nearest(keys, queueKeys, key));
      }
    }
  }

  private static SortedSet<String> keys(List<Setting<?>> settings) {
    return new TreeSet<>(settings.stream().map(Setting::key).toList());
  }

  /** Returns the setting that was probably meant, or where all of them are to be found. */
  private static String nearest(SortedSet<String> keys, SortedSet<String> queueKeys, String key) {
    boolean isOfQueue = key.startsWith(QUEUE) && key.lastIndexOf('.') > QUEUE.length();
    var stem = isOfQueue ? key.substring(0, key.lastIndexOf('.') + 1) : "";
    var wrong = key.substring(stem.length()).replace('_', '-');
    var known = isOfQueue ? queueKeys : keys;
    var suggestion =
        known.contains(wrong)
            ? "; did you mean " + wrong + "?"
            : Suggestions.didYouMean(wrong, known);
    return suggestion.isEmpty()
        ? "; docs/configuration.md lists all settings"
        : suggestion.replace(" mean ", " mean " + stem).replace(" or ", " or " + stem);
  }

  private static List<Settings.QueueSettings> queues(Map<String, String> values) {
    var names = new TreeSet<String>();
    for (var key : values.keySet()) {
      if (key.startsWith(QUEUE)) {
        names.add(key.substring(QUEUE.length(), key.lastIndexOf('.')));
      }
    }
    var queues = new ArrayList<Settings.QueueSettings>();
    for (var name : names) {
      try {
        Names.requireQueue(name);
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(e.getMessage() == null ? name : e.getMessage(), e);
      }
      queues.add(ControllerSettings.queue(name, prefix(name), values));
    }
    return queues;
  }

  /** The prefix of a queue's settings. */
  static String prefix(String queue) {
    return QUEUE + queue + ".";
  }
}
