package dev.warrener.controller;

import dev.warrener.messaging.broker.Connecting;

/**
 * A program that ends by what one of its threads throws: {@code error|exception|expendable
 * TEXT-TO-PRINT…}.
 */
final class EndOnErrorUnderTest {
  private EndOnErrorUnderTest() {}

  public static void main(String[] arguments) throws InterruptedException {
    EndOnError.install(1);
    for (int i = 1; i < arguments.length; i++) {
      System.err.print(arguments[i]);
    }
    switch (arguments[0]) {
      case "error" -> end("vital", new StackOverflowError());
      case "exception" -> end("vital", new IllegalStateException("staged\nby the test"));
      case "expendable" -> {
        var expendable = Connecting.expendable("library");
        awaitEnd(expendable.newThread(() -> rethrow(new IllegalStateException("of a library"))));
        System.out.println("goes on");
        awaitEnd(expendable.newThread(() -> rethrow(new StackOverflowError())));
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    // The others would go on without it.
    Thread.currentThread().join();
  }

  private static void end(String name, Throwable by) throws InterruptedException {
    awaitEnd(Thread.ofPlatform().name(name).unstarted(() -> rethrow(by)));
  }

  private static void awaitEnd(Thread thread) throws InterruptedException {
    thread.start();
    thread.join();
  }

  private static void rethrow(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }
}
