package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.producer.publish.BadLine;
import dev.warrener.producer.publish.BadLines;
import dev.warrener.producer.publish.PublishListener;
import dev.warrener.producer.publish.PublishReport;
import dev.warrener.producer.publish.PublishRun;
import dev.warrener.producer.publish.TaskDefaults;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The client against a real broker. */
@TestInstance(Lifecycle.PER_CLASS)
class WarrenerClientIT {
  private static final QueueSettings ONE_TASK = new QueueSettings(1L, null, Duration.ofDays(1));

  @AutoClose private final Vhost vhost = TestBroker.get().freshVhost();
  private final Namespace namespace = new Namespace(vhost.namespace());

  @BeforeAll
  void makeTheFleet() {
    declare(vhost.uri(), namespace, QueueSettings.DEFAULT, "mail", "threads", "results", "lines");
  }

  @Test
  void aConfirmedTaskIsInItsQueue() throws Exception {
    var task = Task.to("mail", "send").json("{\"to\":\"ana\"}").batch("b1").build();
    try (var client = connect(vhost.uri())) {
      var published = client.submit(task).get(30, SECONDS);
      assertThat(published.queue()).isEqualTo("mail");
    }
    try (var controller = new FakeController(vhost.uri(), namespace, "mail")) {
      var received = controller.next();
      assertThat(received.getProperties().getMessageId()).isEqualTo(task.id());
      assertThat(received.getProperties().getType()).isEqualTo("send");
      assertThat(received.getProperties().getTimestamp()).isNotNull();
      assertThat(Body.of(received.getBody())).isEqualTo(task.body());
    }
  }

  @Test
  void aTaskForAnUnknownQueueIsUnroutable() throws Exception {
    try (var client = connect(vhost.uri())) {
      assertThat(failure(client.submit(Task.to("emial", "send").build())))
          .isInstanceOf(UnroutableException.class)
          .hasMessageContaining("there is no queue \"emial\"");
      client.submit(Task.to("mail", "send").build()).get(30, SECONDS);
    }
  }

  @Test
  void aFleetThatIsNotThereIsToldAsSuch() {
    var options = ClientOptions.builder().namespace(new Namespace("nobody")).attempts(1).build();
    try (var client = WarrenerClient.connect(address(vhost.uri()), options)) {
      assertThat(failure(client.submit(Task.to("mail", "send").build())))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("nobody.tasks");
    }
  }

  @Test
  void whatManyThreadsSubmitArrivesOnceEach() throws Exception {
    var options = options().window(50).build();
    try (var client = WarrenerClient.connect(address(vhost.uri()), options);
        var controller = new FakeController(vhost.uri(), namespace, "threads")) {
      var counts =
          Stream.generate(() -> submitting(client, tasks("threads", 500))).limit(8).toList();
      for (var count : counts) {
        assertThat(count.get(60, SECONDS)).isEqualTo(500);
      }
      assertThat(controller.idsOf(4000)).doesNotHaveDuplicates();
      assertThat(client.outstanding()).isZero();
    }
  }

  @Test
  void resultsComeToThoseWhoAskForThem() throws Exception {
    try (var client = connect(vhost.uri());
        var controller = new FakeController(vhost.uri(), namespace, "results")) {
      controller.answerAll();
      var answers = new ArrayList<CompletableFuture<?>>();
      for (var task : tasks("results", 100).toList()) {
        answers.add(
            client
                .submitForResult(task)
                .thenAccept(result -> {
                  assertThat(result.task()).isEqualTo(task.id());
                  assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
                  assertThat(String.valueOf(result.value())).isEqualTo(task.body().text());
                }));
      }
      for (var answer : answers) {
        answer.get(30, SECONDS);
      }
    }
  }

  @Test
  void jsonLinesAreInTheirQueuesWithoutTheBadOnes() throws Exception {
    var lines = new StringBuilder("nonsense\n");
    for (int i = 0; i < 300; i++) {
      lines.append("{\"id\":\"line-").append(i).append("\",\"body\":").append(i).append("}\n");
    }
    try (var client = connect(vhost.uri());
        var controller = new FakeController(vhost.uri(), namespace, "lines")) {
      var nothing = publish(client, lines.toString(), BadLines.STOP);
      assertThat(nothing.published()).isZero();
      assertThat(nothing.firstBad()).extracting(BadLine::number).containsExactly(1L);

      var report = publish(client, lines.toString(), BadLines.SKIP);
      assertThat(report.published()).isEqualTo(300);
      assertThat(report.bad()).isEqualTo(1);
      assertThat(controller.idsOf(300))
          .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "line-" + i).toList());
    }
  }

  @Test
  void anotherPasswordIsNotAllowed() {
    var address = address(vhost.uri());
    var wrong = address.withCredentials(address.user(), address.password() + "x");

    assertThatThrownBy(() -> WarrenerClient.connect(wrong, options().build()))
        .isInstanceOf(NotAllowedException.class);
  }

  @Test
  void aBrokerThatIsNotThereIsUnreachable() {
    var nobody = BrokerAddress.parse("amqp://127.0.0.1:1/");
    var hasty = options().connectTimeout(Duration.ofMillis(500)).build();

    assertThatThrownBy(() -> WarrenerClient.connect(nobody, hasty))
        .isInstanceOf(BrokerUnreachableException.class);
  }

  @Test
  @NeedsRabbitMq("the embedded broker has no limit on a queue's length that refuses")
  void aFullQueueRefusesUntilThereIsRoom() throws Exception {
    declare(vhost.uri(), namespace, ONE_TASK, "full");
    var once = options().attempts(1).build();
    try (var client = WarrenerClient.connect(address(vhost.uri()), once)) {
      // A limit of one lets a few more in: it is checked before the last ones are counted.
      PublishException refusal = null;
      for (int i = 0; i < 100 && refusal == null; i++) {
        try {
          client.submit(Task.to("full", "send").build()).get(30, SECONDS);
        } catch (ExecutionException e) {
          refusal = (PublishException) e.getCause();
        }
      }
      assertThat(refusal).isInstanceOf(RefusedException.class);
    }
    var patient = options().attempts(1000).build();
    try (var client = WarrenerClient.connect(address(vhost.uri()), patient)) {
      var answer = client.submit(Task.to("full", "send").build());
      try (var controller = new FakeController(vhost.uri(), namespace, "full")) {
        assertThat(controller.next()).isNotNull();
        assertThat(answer.get(30, SECONDS).queue()).isEqualTo("full");
      }
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void whoMayNotPublishIsToldSo() throws Exception {
    var reader = vhost.createUser("reader", "secret", "^$", "^$", "^.*$");
    try (var client = connect(reader)) {
      assertThat(failure(client.submit(Task.to("mail", "send").build())))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("user reader")
          .hasMessageContaining(namespace.tasksExchange());
    }
  }

  @Test
  @NeedsRabbitMq(value = "the broker is stopped and killed", with = Capability.FAULTS)
  void restartsOfTheBrokerInBetweenLoseNothing() throws Exception {
    try (var broker = TestBroker.own()) {
      declare(broker.uri(), Namespace.DEFAULT, QueueSettings.DEFAULT, "mail");
      var outages = new Semaphore(0);
      var options =
          ClientOptions.builder()
              .window(50)
              .publishTimeout(Duration.ofMinutes(2))
              .listener(
                  new ClientListener() {
                    @Override
                    public void disconnected(String reason) {
                      outages.release();
                    }
                  })
              .build();
      long confirmed;
      try (var client = WarrenerClient.connect(address(broker.uri()), options)) {
        var publish = new AtomicBoolean(true);
        var submitting =
            submitting(client, tasks("mail", Integer.MAX_VALUE).takeWhile(task -> publish.get()));
        broker.stop();
        assertThat(outages.tryAcquire(30, SECONDS)).isTrue();
        broker.start();
        client.submit(Task.to("mail", "echo").build()).get(60, SECONDS);
        broker.kill();
        assertThat(outages.tryAcquire(30, SECONDS)).isTrue();
        broker.start();
        publish.set(false);
        confirmed = submitting.get(120, SECONDS) + 1;
      }
      try (var controller = new FakeController(broker.uri(), Namespace.DEFAULT, "mail")) {
        assertThat(controller.distinctIds(confirmed)).hasSize(Math.toIntExact(confirmed));
      }
    }
  }

  @Test
  @NeedsRabbitMq(value = "only RabbitMQ has alarms", with = Capability.FAULTS)
  void anAlarmBlocksSubmitsWithinTheWindowAndIsTold() throws Exception {
    try (var broker = TestBroker.own()) {
      declare(broker.uri(), Namespace.DEFAULT, QueueSettings.DEFAULT, "mail");
      var blocked = new CountDownLatch(1);
      var unblocked = new CountDownLatch(1);
      var options =
          ClientOptions.builder()
              .window(10)
              .publishTimeout(Duration.ofSeconds(2))
              .listener(
                  new ClientListener() {
                    @Override
                    public void blocked(String reason) {
                      blocked.countDown();
                    }

                    @Override
                    public void unblocked() {
                      unblocked.countDown();
                    }
                  })
              .build();
      try (var client = WarrenerClient.connect(address(broker.uri()), options)) {
        broker.raiseMemoryAlarm();
        var first = client.submit(Task.to("mail", "send").build());
        assertThat(blocked.await(30, SECONDS)).isTrue();
        assertThat(failure(first)).isInstanceOf(UnknownOutcomeException.class);

        var failures =
            IntStream.range(0, 12)
                .mapToObj(i -> client.submit(Task.to("mail", "send").build()))
                .map(WarrenerClientIT::failure)
                .toList();
        assertThat(failures)
            .allSatisfy(failure ->
                assertThat(failure)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("blocks publishers"));

        broker.clearMemoryAlarm();
        assertThat(unblocked.await(30, SECONDS)).isTrue();
        client.submit(Task.to("mail", "send").build()).get(30, SECONDS);
      }
    }
  }

  private ClientOptions.Builder options() {
    return ClientOptions.builder().namespace(namespace);
  }

  private WarrenerClient connect(URI uri) {
    return WarrenerClient.connect(address(uri), options().build());
  }

  private static BrokerAddress address(URI uri) {
    return BrokerAddress.parse(uri.toString());
  }

  private static void declare(
      URI broker, Namespace namespace, QueueSettings settings, String... queues) {
    try (var session =
        BrokerSession.open(BrokerAccess.of(address(broker), namespace, "producer-test"))) {
      session.topology().declareFleet();
      for (var queue : queues) {
        session.topology().declareQueue(queue, settings);
      }
    }
  }

  private static PublishReport publish(WarrenerClient client, String lines, BadLines badLines)
      throws Exception {
    return new PublishRun(client, ClientOptions.DEFAULT, PublishListener.NONE, null)
        .lines(
            new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
            TaskDefaults.of("lines", "echo"),
            badLines);
  }

  private static Stream<Task> tasks(String queue, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Task.to(queue, "echo").json(Integer.toString(i)).build());
  }

  private static CompletableFuture<Long> submitting(WarrenerClient client, Stream<Task> tasks) {
    var count = new CompletableFuture<Long>();
    new Thread(
            () -> {
              try {
                count.complete(client.submitAll(tasks));
              } catch (InterruptedException | RuntimeException e) {
                count.completeExceptionally(e);
              }
            })
        .start();
    return count;
  }

  private static Throwable failure(CompletableFuture<?> future) {
    var thrown = catchThrowable(() -> future.get(30, SECONDS));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    var cause = thrown.getCause();
    if (cause == null) {
      throw new AssertionError("no cause", thrown);
    }
    return cause;
  }
}
