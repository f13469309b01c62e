package dev.warrener.controller.configuration;

import dev.warrener.worker.TaskHandler;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * The jars with handlers, and their libraries. Each jar that offers handlers has a class path, and
 * so a class loader, of its own; so has each folder. The jars that offer none are libraries: they
 * stand behind the others on each class path.
 *
 * @param given what was given, separated by commas: jars, folders of jars, and patterns such as
 *     {@code lib/*}, each of which stands for the jars that match it
 * @param classPaths the class paths
 */
public record HandlerJars(String given, List<List<Path>> classPaths) {
  static final HandlerJars NONE = new HandlerJars("", List.of());

  private static final String SERVICE_FILE = "META-INF/services/" + TaskHandler.class.getName();

  public HandlerJars {
    classPaths = classPaths.stream().map(List::copyOf).toList();
  }

  /**
   * Reads what was given.
   *
   * @throws IllegalArgumentException with a sentence, if something of it is not there, can't be
   *     read, or if nothing of it offers handlers
   */
  static HandlerJars of(String text) {
    var given = Setting.split(text);
    var offering = new ArrayList<List<Path>>();
    var libraries = new ArrayList<Path>();
    for (var name : given) {
      for (var group : groups(name)) {
        boolean offers = false;
        for (var entry : group) {
          offers |= offersHandlers(entry);
        }
        if (offers) {
          offering.add(group);
        } else {
          libraries.addAll(group);
        }
      }
    }
    if (offering.isEmpty() && !given.isEmpty()) {
      throw new IllegalArgumentException(
          "none of " + text + " offers handlers: a jar with handlers has the file " + SERVICE_FILE);
    }
    return new HandlerJars(
        text,
        offering.stream()
            .map(group -> Stream.concat(group.stream(), libraries.stream()).toList())
            .toList());
  }

  /** Whether no jars with handlers were given. */
  public boolean isEmpty() {
    return classPaths.isEmpty();
  }

  /** Returns what was given. */
  String text() {
    return given;
  }

  private static List<List<Path>> groups(String name) {
    int slash = name.lastIndexOf('/');
    var last = name.substring(slash + 1);
    var path = Path.of(name).toAbsolutePath().normalize();
    if ((last.contains("*") || last.contains("?")) && !Files.exists(path)) {
      var folder = Path.of(slash < 0 ? "." : name.substring(0, slash + 1));
      return matching(name, folder.toAbsolutePath().normalize(), last).stream()
          .map(List::of)
          .toList();
    }
    return List.of(Files.isDirectory(path) ? folder(name, path) : List.of(path));
  }

  private static List<Path> matching(String name, Path folder, String pattern) {
    var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    var jars =
        jarsIn(name, folder).stream().filter(jar -> matcher.matches(jar.getFileName())).toList();
    if (jars.isEmpty()) {
      throw new IllegalArgumentException("no jar matches " + name + ": check the path");
    }
    return jars;
  }

  private static List<Path> folder(String name, Path folder) {
    var entries = new ArrayList<Path>();
    if (Files.isDirectory(folder.resolve("META-INF"))) {
      entries.add(folder);
    }
    entries.addAll(jarsIn(name, folder));
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "the folder " + name + " has neither jars nor classes with handlers: check the path");
    }
    return entries;
  }

  private static List<Path> jarsIn(String name, Path folder) {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the folder of " + name + " can't be read: check the path and its permissions", e);
    }
  }

  private static boolean offersHandlers(Path entry) {
    if (!Files.isReadable(entry)) {
      throw new IllegalArgumentException(
          "the jar " + entry + " can't be read: check the path and its permissions");
    }
    if (Files.isDirectory(entry)) {
      return Files.exists(entry.resolve(SERVICE_FILE));
    }
    try (var zip = new ZipFile(entry.toFile())) {
      return zip.getEntry(SERVICE_FILE) != null;
    } catch (IOException e) {
      throw new IllegalArgumentException("the jar " + entry + " is no jar: " + e.getMessage(), e);
    }
  }
}
