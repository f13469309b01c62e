package dev.warrener.bench.subject;

import java.io.FileOutputStream;
import java.io.IOException;

/** The smallest Java program: it writes one byte to descriptor 3, and waits until stdin ends. */
public final class BareJvm {
  private BareJvm() {}

  /** Runs the program. */
  public static void main(String[] arguments) throws IOException {
    try (var out = new FileOutputStream("/dev/fd/3")) {
      out.write('.');
    }
    int next = System.in.read();
    if (next >= 0) {
      throw new IOException("stdin had a byte, where only its end was expected");
    }
  }
}
