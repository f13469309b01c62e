package dev.warrener.controller;

/** A program that ends by an error on one of its threads. */
final class EndOnErrorUnderTest {
  private EndOnErrorUnderTest() {}

  public static void main(String[] arguments) throws InterruptedException {
    EndOnError.install(1);
    for (var argument : arguments) {
      System.err.print(argument);
    }
    Thread.ofPlatform()
        .name("vital")
        .start(() -> {
          throw new StackOverflowError();
        })
        .join();
    // The others would go on without it.
    Thread.currentThread().join();
  }
}
