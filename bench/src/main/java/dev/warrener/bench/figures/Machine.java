package dev.warrener.bench.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The machine that a figure was measured on.
 *
 * @param processor the model of the processor
 * @param processors the number of processors
 * @param memoryMegabytes the size of the memory
 * @param system the operating system
 * @param kernel the name and version of the kernel
 * @param java the vendor and version of the Java that ran Warrener and its Java peers
 */
public record Machine(
    String processor,
    int processors,
    long memoryMegabytes,
    String system,
    String kernel,
    String java) {

  /** Returns this machine. A property that can't be read is {@code unknown}. */
  public static Machine here() {
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name", ":"),
        Runtime.getRuntime().availableProcessors(),
        kilobytes(field(Path.of("/proc/meminfo"), "MemTotal", ":")) / 1024,
        field(Path.of("/etc/os-release"), "PRETTY_NAME", "=").replace("\"", ""),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
  }

  /** Returns the machine's load over the last minute, or 0 if it can't be read. */
  public static double load() {
    try {
      var text = Files.readString(Path.of("/proc/loadavg"));
      return Double.parseDouble(text.substring(0, text.indexOf(' ')));
    } catch (IOException e) {
      return 0;
    }
  }

  private static long kilobytes(String text) {
    var digits = text.replaceAll("[^0-9]", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  private static String field(Path file, String name, String separator) {
    try {
      for (var line : Files.readAllLines(file)) {
        int at = line.indexOf(separator);
        if (at > 0 && line.substring(0, at).strip().equals(name)) {
          return line.substring(at + 1).strip();
        }
      }
    } catch (IOException e) {
      // The property is reported as unknown.
    }
    return "unknown";
  }
}
