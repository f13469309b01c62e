package dev.warrener.bench.subject;

import java.io.FileOutputStream;
import java.io.IOException;

/** The least that a JVM can do: it writes one byte to descriptor 3, and waits for its end. */
public final class BareJvm {
  private BareJvm() {}

  /** Writes it. */
  public static void main(String[] arguments) throws IOException {
    try (var out = new FileOutputStream("/dev/fd/3")) {
      out.write('.');
    }
    int next = System.in.read();
    if (next >= 0) {
      throw new IOException("nothing was expected");
    }
  }
}
