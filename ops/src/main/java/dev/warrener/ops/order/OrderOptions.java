package dev.warrener.ops.order;

import dev.warrener.messaging.Uuid7;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that every order has, whatever its kind. Written by picocli. */
final class OrderOptions {
  @Mixin private ScopeOptions scope = new ScopeOptions();

  @Option(
      names = {"-m", "--reason"},
      paramLabel = "TEXT",
      order = 24,
      defaultValue = "",
      description = "Why, for the record and for the next person.")
  private String reason = "";

  @Option(
      names = {"-n", "--dry-run"},
      order = 25,
      description = "Ask the controllers what it would do, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--no-wait",
      order = 29,
      description = "Don't wait for confirmations: print the order's id.")
  private boolean noWait;

  @Option(
      names = "--id",
      paramLabel = "UUID",
      order = 30,
      description = "The order's id, a UUID. The same id again is the same order.")
  private @Nullable String id;

  ScopeOptions scope() {
    return scope;
  }

  String reason() {
    return reason;
  }

  boolean isDryRun() {
    return dryRun;
  }

  boolean waits() {
    return !noWait;
  }

  /** Returns the id that was given, or a new one. */
  String id() {
    return id == null ? Uuid7.next() : id;
  }
}
