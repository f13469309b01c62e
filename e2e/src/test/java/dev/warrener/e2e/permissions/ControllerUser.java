package dev.warrener.e2e.permissions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The user that {@code docker/broker/controller-user} makes for a controller, by the commands that
 * the script prints.
 */
record ControllerUser(
    String user,
    String configure,
    String write,
    String read,
    String exchange,
    String topicWrite,
    String topicRead) {
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'");

  static ControllerUser of(String id) {
    var lines = print(id);
    var rights = quoted(lines.get(1));
    var topics = quoted(lines.get(2));
    return new ControllerUser(
        quoted(lines.get(0)).get(0),
        rights.get(2),
        rights.get(3),
        rights.get(4),
        topics.get(2),
        topics.get(3),
        topics.get(4));
  }

  /** Returns the commands that the script prints. */
  static List<String> print(String id) {
    try {
      var script =
          new ProcessBuilder("../docker/broker/controller-user", "--print", id)
              .redirectErrorStream(true)
              .start();
      var lines =
          new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      if (script.waitFor() != 0) {
        throw new IllegalArgumentException(String.join(" ", lines));
      }
      return lines;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> quoted(String line) {
    var found = new ArrayList<String>();
    var matcher = QUOTED.matcher(line);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
