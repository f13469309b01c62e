package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.Kill;
import dev.warrener.operator.KillResult;
import dev.warrener.operator.Operator;
import dev.warrener.operator.OperatorOptions;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The library of operators' programs, against a real fleet. */
class OperatorApiIT extends OneControllerFleet {

  private static Operator connect() {
    var access = fleet.access("operator-test");
    return Operator.connect(
        access.address(), OperatorOptions.DEFAULT.withNamespace(access.namespace()));
  }

  /** The code of docs/operator-api.md, word for word. */
  private static KillResult killBatch(BrokerAddress address, OperatorOptions options, String batch)
      throws InterruptedException {
    // example
    try (var operator = Operator.connect(address, options)) {
      var kill = Kill.of(Scope.ofBatch(batch)).inFlight(InFlight.PURGE).reason("INC-42");
      var preview = operator.dryRun(kill);
      System.out.println(preview.totals().workers() + " workers would die");
      preview.verdict().sentences().forEach(System.err::println); // who has not answered
      KillResult result = operator.kill(kill);
      for (var certificate : result.certificates()) {
        System.out.println(certificate.worker() + " is dead, ran " + certificate.task());
      }
      System.out.println("tasks: " + result.fates());
      if (!result.isConfirmed()) {
        result.verdict().sentences().forEach(System.err::println);
      }
      return result;
    }
    // end of the example
  }

  @Test
  void exampleOfThePageKillsABatchAndProvesIt() throws InterruptedException {
    var access = fleet.access("operator-test");
    fleet.run("publish", "mail", "sleep", "{\"seconds\":60,\"steps\":1}", "--batch", "june");
    awaitBusy(1);

    var result =
        killBatch(
            access.address(), OperatorOptions.DEFAULT.withNamespace(access.namespace()), "june");

    assertThat(result.verdict().sentences()).isEmpty();
    assertThat(result.isConfirmed()).isTrue();
    assertThat(result.certificates())
        .singleElement()
        .satisfies(certificate -> {
          assertThat(certificate.treeEmpty()).isTrue();
          assertThat(ProcessHandle.of(certificate.pid())).isEmpty();
        });
    assertThat(result.fates()).containsExactly(Map.entry(Fate.PURGED, 1));
  }

  @Test
  void pageShowsThisCode() throws IOException {
    var source =
        Files.readString(Path.of("src/test/java/dev/warrener/ops/command/OperatorApiIT.java"));
    var example =
        source
            .substring(source.indexOf("// example\n") + 11, source.indexOf("    // end of the"))
            .stripTrailing()
            .stripIndent();

    assertThat(Files.readString(Path.of("../docs/operator-api.md"))).contains(example);
  }

  @Test
  void rollCallShowsTheControllerWithItsWorkers() throws InterruptedException {
    try (var operator = connect()) {
      var snapshot = operator.rollCall();

      assertThat(snapshot.silent()).isEmpty();
      assertThat(snapshot.controllers()).extracting(Presence::id).containsExactly("c1");
      assertThat(snapshot.controllers().getFirst().workers()).hasSize(2);
    }
  }

  @Test
  void holdStopsTheQueueUntilAResume() throws InterruptedException {
    try (var operator = connect()) {
      var held = operator.hold(Scope.ofQueue("mail"), "full disk");
      assertThat(held.isConfirmed()).isTrue();
      assertThat(held.order().kind()).isEqualTo(OrderKind.HOLD);
      assertThat(operator.rollCall().controllers().getFirst().queues())
          .singleElement()
          .satisfies(queue -> assertThat(queue.held()).isTrue());

      assertThat(operator.resume(Scope.ofQueue("mail"), "").isConfirmed()).isTrue();
      assertThat(operator.rollCall().controllers().getFirst().queues())
          .singleElement()
          .satisfies(queue -> assertThat(queue.held()).isFalse());
    }
  }

  @Test
  void unknownQueueIsRefusedBeforeAnythingIsSent() {
    try (var operator = connect()) {
      assertThatThrownBy(() -> operator.kill(Kill.of(Scope.ofQueue("mial"))))
          .isInstanceOf(UnknownTargetException.class)
          .hasMessage("no queue mial; did you mean mail? (nothing was sent)");
    }
  }

  @Test
  void drainOfOneThreadHoldsUpNoKillOfAnother() throws Exception {
    publishSleep("60");
    awaitBusy(1);
    var drained = new CompletableFuture<Boolean>();
    var heard = new ArrayList<Report>();
    try (var operator = connect();
        var threads = Executors.newSingleThreadExecutor()) {
      var isReceived = new CompletableFuture<Boolean>();
      threads.execute(() -> {
        try {
          drained.complete(
              operator
                  .drain(
                      Scope.ofQueue("mail"),
                      "",
                      new OrderListener() {
                        @Override
                        public void heard(Report report, RollCall call, Instant at) {
                          isReceived.complete(true);
                        }
                      })
                  .isConfirmed());
        } catch (InterruptedException | RuntimeException e) {
          drained.completeExceptionally(e);
        }
      });
      isReceived.get(30, TimeUnit.SECONDS);
      assertThat(drained).isNotDone();

      var killed =
          operator.kill(
              Kill.of(Scope.ofQueue("mail")).inFlight(InFlight.PURGE),
              new OrderListener() {
                @Override
                public void heard(Report report, RollCall call, Instant at) {
                  heard.add(report);
                }
              });

      assertThat(killed.isConfirmed()).isTrue();
      assertThat(heard).allMatch(report -> report.order().equals(killed.id()));
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
