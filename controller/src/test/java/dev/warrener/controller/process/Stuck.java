package dev.warrener.controller.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;

/** A JVM that can't be reached in some way: {@code counted}, {@code native} or {@code memory}. */
final class Stuck {
  private static final int WARM = 20_000;
  private static final int MEGABYTE = 1 << 20;

  /** So that the loops have a result, and aren't left out by the compiler. */
  static int result;

  private Stuck() {}

  public static void main(String[] arguments) {
    switch (arguments[0]) {
      case "counted" -> count();
      case "native" -> deflate();
      default -> allocate();
    }
  }

  /** No stop of the virtual machine gets through: the compiled loop has no safepoint in it. */
  private static void count() {
    for (int i = 0; i < WARM; i++) {
      result += sum(i % 100);
    }
    System.out.println("up");
    while (true) {
      result += sum(Integer.MAX_VALUE);
    }
  }

  private static int sum(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += i ^ (sum << 1);
    }
    return sum;
  }

  /** One call takes a second, holds its array, and so the garbage collector off. */
  private static void deflate() {
    var input = new byte[24 * MEGABYTE];
    new Random(1).nextBytes(input);
    var output = new byte[25 * MEGABYTE];
    System.out.println("up");
    while (true) {
      try (var deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
        deflater.setInput(input);
        deflater.finish();
        result += deflater.deflate(output);
      }
    }
  }

  private static void allocate() {
    List<byte[]> kept = new ArrayList<>();
    System.out.println("up");
    while (true) {
      try {
        kept.add(new byte[MEGABYTE]);
      } catch (OutOfMemoryError e) {
        result += kept.size();
      }
    }
  }
}
