package dev.warrener.bench.subject;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The places of the measured programs.
 *
 * @param distribution the folder with Warrener's {@code bin} and {@code lib}
 * @param folder a folder for the files of this run
 */
public record MeasuredPrograms(Path distribution, Path folder) {

  /** Returns the path of the command {@code warrener}, as users run it. */
  public String warrener() {
    return distribution.resolve("bin/warrener").toString();
  }

  /** Returns the jar with the handlers of the measured tasks. */
  public Path handlers() {
    return jarOf(MeasuredPrograms.class);
  }

  /** Returns the class path of this program with absolute paths. */
  public String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Returns the path of the Java that runs this program. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Returns a Java command with a controller's collector, and the JDK's own compiler limits. */
  public List<String> javaAsController(String... rest) {
    var command = new ArrayList<>(List.of(java(), "-XX:+UseSerialGC", "-cp", classPath()));
    command.addAll(List.of(rest));
    return command;
  }

  /** Writes a resource of this package into the folder, and returns the file. */
  public Path resource(String name) {
    try (var source = MeasuredPrograms.class.getResourceAsStream(name)) {
      if (source == null) {
        throw new IllegalStateException(name + " is missing");
      }
      var file = folder.resolve(name);
      Files.write(file, source.readAllBytes());
      return file;
    } catch (IOException e) {
      throw new IllegalStateException(name + " can't be written", e);
    }
  }

  private static Path jarOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException("the place of the benchmarks' classes is unknown", e);
    }
  }

  /** Returns the first of the candidates that runs with {@code --version}. */
  static Optional<String> find(String... candidates) {
    return Stream.of(candidates).filter(MeasuredPrograms::runs).findFirst();
  }

  private static boolean runs(String program) {
    return !output(List.of(program, "--version")).isEmpty();
  }

  /** Returns the output of a command, or an empty string if it fails or takes over 10 seconds. */
  public static String output(List<String> command) {
    return output(command, 10);
  }

  /** Returns the output of a command, or an empty string if it fails or takes too long. */
  static String output(List<String> command, long seconds) {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(seconds, TimeUnit.SECONDS) && process.exitValue() == 0
          ? text.strip()
          : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
