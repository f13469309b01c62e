package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A client with a broker that the test answers for by hand. */
abstract class ClientFixture {
  static final Duration SHORT = Duration.ofMillis(50);

  final FakeBroker broker = new FakeBroker();
  final LinkedBlockingQueue<PublishException> heard = new LinkedBlockingQueue<>();
  final ClientOptions.Builder options =
      ClientOptions.builder()
          .waits(Duration.ofMillis(1), Duration.ofMillis(2))
          .closeTimeout(Duration.ZERO)
          .listener(
              new ClientListener() {
                @Override
                public void notPublished(PublishException failure) {
                  heard.add(failure);
                }
              });

  private @Nullable ClientLink link;
  private @Nullable PendingResults results;
  @Nullable WarrenerClient client;

  @AfterEach
  final void close() {
    if (client != null) {
      client.close();
    }
  }

  final WarrenerClient client() {
    return client == null ? client(options) : client;
  }

  final WarrenerClient client(ClientOptions.Builder chosen) {
    var built = chosen.build();
    var toListener = new ClientLink(built.listener());
    var made =
        new WarrenerClient(
            built,
            broker,
            pending -> {
              results = pending;
              return new FakeResults();
            },
            toListener);
    link = toListener;
    client = made;
    return made;
  }

  final ClientLink link() {
    if (link == null) {
      throw new AssertionError("there is no client yet");
    }
    return link;
  }

  final PendingResults results() {
    if (results == null) {
      throw new AssertionError("nobody has asked for a result");
    }
    return results;
  }

  static Task task(String queue) {
    return Task.to(queue, "echo").json("1").build();
  }

  static ResultMessage result(String task) {
    return ResultMessage.builder(task, Outcome.SUCCEEDED)
        .queue("mail")
        .startedAt(Instant.EPOCH)
        .finishedAt(Instant.EPOCH)
        .controller("web-1")
        .worker("web-1/1")
        .build();
  }

  static Throwable failure(CompletableFuture<?> future) {
    var thrown = catchThrowable(() -> future.get(10, SECONDS));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    var cause = thrown.getCause();
    if (cause == null) {
      throw new AssertionError("no cause", thrown);
    }
    return cause;
  }

  interface Action<T> {
    T run() throws Exception;
  }

  static <T> T unchecked(Action<T> action) {
    try {
      return action.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static final class FakeResults implements ResultSource {
    @Override
    public String replyQueue() {
      return "replies";
    }

    @Override
    public void close() {}
  }
}
