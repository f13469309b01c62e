package dev.warrener.ops.command;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.ReportType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The warm-up of a command that gives an order. While the arguments are read and the broker
 * answers, it writes an order and reads reports without using them. The first of each kind takes a
 * twentieth of a second, in which workers would otherwise still be alive.
 *
 * <p>It shares nothing with the warm-up of a controller. That one decides kills for half a second
 * after the start, until its code is compiled; this one only has to load classes, while the broker
 * answers.
 */
final class WarmUp {
  private static final Set<String> COMMANDS =
      Set.of("kill", "hold", "resume", "drain", "status", "ps", "top", "task", "batch");

  private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version");

  /** The fields that all sample reports share, behind the type. */
  private static final String HEADER =
      "\",\"version\":1,\"order\":\"o\",\"controller\":\"c\",\"host\":\"h\","
          + "\"at\":\"2026-01-01T00:00:00Z\",\"sequence\":1,";

  /** A report of each type that a kill usually receives, as compile-time constants. */
  private static final List<String> SAMPLES =
      List.of(
          "{\"type\":\""
              + ReportType.CONTROLLER_HEARD
              + HEADER
              + """
              "roster":[],"expected":{"workers":1,"tasks":0,"busy":0,"waiting":0}}""",
          "{\"type\":\""
              + ReportType.WORKER_DEAD
              + HEADER
              + """
              "worker":"c/1","incarnation":1,"pid":1,"startTicks":1,"containment":"x","signal":9,\
              "processesKilled":1,"treeEmpty":true,"proven":true,"deathMicros":1}""",
          "{\"type\":\""
              + ReportType.CONTROLLER_DONE
              + HEADER
              + """
              "workers":1,"tasks":0,"backlog":0,"state":"running","tookMicros":1,"failed":[]}""");

  private WarmUp() {}

  /** Starts the warm-up on its own thread, if a call of that command gives an order. */
  static void startFor(@Nullable String command, List<String> arguments) {
    if (command != null && COMMANDS.contains(command) && Collections.disjoint(arguments, HELP)) {
      Thread.ofPlatform().daemon().name("warm-up").start(WarmUp::run);
    }
  }

  /** Runs the warm-up, in the order in which a command needs its parts. */
  static void run() {
    var now = Instant.EPOCH;
    ContractJson.write(
        Order.builder(OrderKind.KILL, Scope.ALL)
            .inFlight(InFlight.REQUEUE)
            .then(Then.HOLD)
            .issuedAt(now)
            .expiresAt(now.plusSeconds(1))
            .dryRun(true)
            .build());
    SAMPLES.forEach(
        sample -> ContractJson.read(sample.getBytes(StandardCharsets.UTF_8), Report.class));
  }
}
