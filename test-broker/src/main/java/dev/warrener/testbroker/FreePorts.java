package dev.warrener.testbroker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free TCP ports. They are below the range from which operating systems choose ports, and are
 * none that RabbitMQ's tools choose. No port is returned twice.
 */
final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final Set<Integer> GIVEN = new HashSet<>();

  private FreePorts() {}

  static int next() {
    return first(1);
  }

  /** Returns the first of {@code count} free ports in a row. */
  static synchronized int first(int count) {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int first = ThreadLocalRandom.current().nextInt(FIRST, END - count);
      if (allFree(first, count)) {
        for (int port = first; port < first + count; port++) {
          GIVEN.add(port);
        }
        return first;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + END);
  }

  private static boolean allFree(int first, int count) {
    for (int port = first; port < first + count; port++) {
      // 25672 is a RabbitMQ node's default port for other nodes.
      if (GIVEN.contains(port) || port == 25_672 || !isFree(port)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
