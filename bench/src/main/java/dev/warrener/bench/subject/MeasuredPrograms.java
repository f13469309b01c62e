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
 * The programs that are measured, and where they are.
 *
 * @param distribution the folder with Warrener's {@code bin} and {@code lib}
 * @param folder where this run may write
 */
public record MeasuredPrograms(Path distribution, Path folder) {

  /** The command line that users have. */
  public String warrener() {
    return distribution.resolve("bin/warrener").toString();
  }

  /** The jar with the handlers that the measured tasks ask for. */
  public Path handlers() {
    return jarOf(MeasuredPrograms.class);
  }

  /** The class path of this program, for wherever a child of it works. */
  public String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The Java that runs this. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Java with a controller's collector, and with the JDK's own limits for its compilers. */
  public List<String> javaAsController(String... rest) {
    var command = new ArrayList<>(List.of(java(), "-XX:+UseSerialGC", "-cp", classPath()));
    command.addAll(List.of(rest));
    return command;
  }

  /** Writes a resource of this package into the folder, and says where. */
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
      throw new IllegalStateException("our classes are nowhere", e);
    }
  }

  /** A program on the PATH, or of the system. */
  static Optional<String> find(String... candidates) {
    return Stream.of(candidates).filter(MeasuredPrograms::runs).findFirst();
  }

  private static boolean runs(String program) {
    return !output(List.of(program, "--version")).isEmpty();
  }

  /** What a command prints, or nothing if it fails. */
  public static String output(List<String> command) {
    return output(command, 10);
  }

  /** The same, for a command that takes longer. */
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
