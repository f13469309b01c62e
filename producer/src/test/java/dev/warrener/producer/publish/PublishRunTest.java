package dev.warrener.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.Failures;
import dev.warrener.producer.Published;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishRunTest {
  private static final TaskDefaults MAIL = TaskDefaults.of("mail", "send");
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeClient client = new FakeClient();
  private final List<String> heard = new ArrayList<>();

  @Test
  void goodLinesAreAllPublished() throws Exception {
    var report = run(null).lines(in("{\"id\":\"a\"}\n\n  \n{\"id\":\"b\"}"), MAIL, BadLines.STOP);

    assertThat(client.ids()).containsExactly("a", "b");
    assertThat(heard).containsExactly("published a", "published b");
    assertThat(report.published()).isEqualTo(2);
    assertThat(report.complete()).isTrue();
    assertThat(report.exitStatus()).isZero();
  }

  @Test
  void oneBadLineKeepsAllOthersFromBeingPublished() throws Exception {
    var report =
        run(null)
            .lines(in("{\"id\":\"a\"}\nnonsense\n{\"id\":\"b\"}\n{\"x\":1}"), MAIL, BadLines.STOP);

    assertThat(client.tasks).isEmpty();
    assertThat(report.firstBad()).extracting(BadLine::number).containsExactly(2L, 4L);
    assertThat(report.firstBad().get(1).toString()).startsWith("line 4: unknown field \"x\"");
    assertThat(report.stopped())
        .isEqualTo("nothing was published, because not every line is a task");
    assertThat(report.exitStatus()).isEqualTo(2);
  }

  @Test
  void badLinesCanBeSkipped() throws Exception {
    var report = run(null).lines(in("nonsense\n{\"id\":\"a\"}\n\n\nnonsense"), MAIL, BadLines.SKIP);

    assertThat(client.ids()).containsExactly("a");
    assertThat(heard).containsExactly("bad 1", "published a", "bad 5");
    assertThat(report.bad()).isEqualTo(2);
    assertThat(report.stopped()).isNull();
    assertThat(report.exitStatus()).isEqualTo(3);
  }

  @Test
  void skippingPublishesEachLineBeforeTheNextIsRead() throws Exception {
    var input =
        new InputStream() {
          private int line;

          @Override
          public int read() {
            throw new AssertionError("read by the buffer");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            // Whoever asks for line n + 1 has published line n.
            assertThat(client.tasks).hasSize(line);
            if (line == 5) {
              return -1;
            }
            line++;
            buffer[offset] = '{';
            buffer[offset + 1] = '}';
            buffer[offset + 2] = '\n';
            return 3;
          }
        };

    assertThat(run(null).lines(input, MAIL, BadLines.SKIP).published()).isEqualTo(5);
  }

  @Test
  void onlyTheFirstHundredBadLinesAreKept() throws Exception {
    var report = run(null).lines(in("x\n".repeat(1000)), MAIL, BadLines.SKIP);

    assertThat(report.bad()).isEqualTo(1000);
    assertThat(report.firstBad()).hasSize(100);
  }

  @Test
  void theCheckedCopyOfTheInputIsRemoved() throws Exception {
    var before = copies();
    run(null).lines(in("{}"), MAIL, BadLines.STOP);
    run(null).lines(in("nonsense"), MAIL, BadLines.STOP);

    assertThat(copies()).isEqualTo(before);
  }

  @Test
  void aMissingQueueStopsARunThatDoesNotSkip() throws Exception {
    var report =
        run(null)
            .lines(
                in("{\"queue\":\"unroutable\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}"),
                MAIL,
                BadLines.STOP);

    assertThat(client.tasks).hasSize(1);
    assertThat(report.unroutable()).isEqualTo(1);
    assertThat(report.stopped()).isEqualTo("a task failed, and nothing was sent from line 2 on");
    assertThat(report.exitStatus()).isEqualTo(4);
  }

  @Test
  void aMissingQueueDoesNotStopARunThatSkips() throws Exception {
    var report =
        run(null).lines(in("{\"queue\":\"unroutable\"}\n{\"id\":\"b\"}"), MAIL, BadLines.SKIP);

    assertThat(report.published()).isEqualTo(1);
    assertThat(report.unroutable()).isEqualTo(1);
    assertThat(report.exitStatus()).isEqualTo(4);
  }

  @Test
  void aRefusalStopsEveryRun() throws Exception {
    var report =
        run(null).lines(in("{\"queue\":\"refused\"}\n{\"id\":\"b\"}"), MAIL, BadLines.SKIP);

    assertThat(client.tasks).hasSize(1);
    assertThat(report.refused()).isEqualTo(1);
    assertThat(report.exitStatus()).isEqualTo(3);
  }

  @Test
  void anUnknownOutcomeIsAStatusOfItsOwn() throws Exception {
    var report = run(null).lines(in("{\"queue\":\"unknown\"}"), MAIL, BadLines.STOP);

    assertThat(report.unknown()).isEqualTo(1);
    assertThat(report.stopped()).isNull();
    assertThat(report.exitStatus()).isEqualTo(124);
  }

  @Test
  void resultsAreWaitedForAndCounted() throws Exception {
    var report =
        run(LONG)
            .lines(in("{\"id\":\"a\"}\n{\"id\":\"b\",\"handler\":\"fail\"}"), MAIL, BadLines.STOP);

    assertThat(heard).containsExactly("result a succeeded", "result b failed");
    assertThat(report.published()).isEqualTo(2);
    assertThat(report.succeeded()).isEqualTo(1);
    assertThat(report.otherwise()).isEqualTo(1);
    assertThat(report.exitStatus()).isEqualTo(3);
  }

  @Test
  void aTaskWhoseResultDoesNotComeIsPublishedAndUnanswered() throws Exception {
    var report = run(LONG).lines(in("{\"handler\":\"late\"}"), MAIL, BadLines.STOP);

    assertThat(report.published()).isEqualTo(1);
    assertThat(report.unanswered()).isEqualTo(1);
    assertThat(report.unknown()).isZero();
    assertThat(report.exitStatus()).isEqualTo(124);
  }

  @Test
  void aSeriesOfTasksStopsAtTheFirstFailure() throws Exception {
    var tasks =
        IntStream.range(0, 5)
            .mapToObj(i -> Task.to(i == 2 ? "refused" : "mail", "send").id("t" + i).build());

    var report = run(null).tasks(tasks.iterator());

    assertThat(client.ids()).containsExactly("t0", "t1", "t2");
    assertThat(report.published()).isEqualTo(2);
    assertThat(report.stopped()).isEqualTo("one of the tasks failed, and the rest was not sent");
    assertThat(report.exitStatus()).isEqualTo(3);
  }

  @Test
  void anInterruptEndsTheRun() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> run(null).lines(in("{}\n{}"), MAIL, BadLines.SKIP))
        .isInstanceOf(InterruptedException.class);
    assertThat(client.tasks).hasSize(1);
  }

  private PublishRun run(@Nullable Duration resultTimeout) {
    return new PublishRun(
        client,
        new PublishListener() {
          @Override
          public void published(Published published) {
            heard.add("published " + published.task());
          }

          @Override
          public void failed(Task task, RuntimeException because) {
            heard.add("failed " + because.getMessage());
          }

          @Override
          public void bad(BadLine line) {
            heard.add("bad " + line.number());
          }

          @Override
          public void result(ResultMessage result) {
            heard.add("result " + result.task() + " " + result.outcome().wire());
          }
        },
        resultTimeout,
        1000,
        InstantSource.fixed(Instant.EPOCH));
  }

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> copies() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("warrener-publish-"))
          .sorted()
          .toList();
    }
  }

  /** Answers at once, as a task's queue or handler says. */
  private static final class FakeClient implements PublishRun.Submitter {
    final List<Task> tasks = new ArrayList<>();

    List<String> ids() {
      return tasks.stream().map(Task::id).toList();
    }

    @Override
    public CompletableFuture<Published> submit(Task task) {
      tasks.add(task);
      return switch (task.queue()) {
        case "unroutable" -> CompletableFuture.failedFuture(Failures.unroutable(task));
        case "refused" -> CompletableFuture.failedFuture(Failures.refused(task));
        case "unknown" -> CompletableFuture.failedFuture(Failures.unknown(task));
        default ->
            CompletableFuture.completedFuture(
                new Published(task.id(), task.queue(), Duration.ofMillis(1)));
      };
    }

    @Override
    public CompletableFuture<ResultMessage> submitForResult(Task task, Duration timeout) {
      tasks.add(task);
      return switch (task.handler()) {
        case "late" -> CompletableFuture.failedFuture(Failures.late(task, timeout));
        case "fail" -> CompletableFuture.completedFuture(result(task, Outcome.FAILED));
        default -> CompletableFuture.completedFuture(result(task, Outcome.SUCCEEDED));
      };
    }

    private static ResultMessage result(Task task, Outcome outcome) {
      return ResultMessage.builder(task.id(), outcome)
          .queue(task.queue())
          .startedAt(Instant.EPOCH)
          .finishedAt(Instant.EPOCH)
          .controller("web-1")
          .worker("web-1/1")
          .build();
    }
  }
}
