package dev.warrener.ops.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.warrener.controller.inbox.WorkerOutput;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class DetachedAppenderTest {
  private static final int MORE_THAN_ROOM = 10_000;

  private final LoggerContext context = new LoggerContext();
  private final Queue<String> shown = new ConcurrentLinkedQueue<>();
  private final CountDownLatch open = new CountDownLatch(1);

  @AfterEach
  void letTheConsoleGoOn() {
    open.countDown();
  }

  @Test
  void linesAreShownInTheirOrderByAThreadOfItsOwn() {
    var threads = new ConcurrentLinkedQueue<String>();
    var appender = appender(() -> threads.add(Thread.currentThread().getName()));

    for (int i = 0; i < 100; i++) {
      appender.doAppend(line("controller", "line " + i));
    }
    appender.stop();

    assertThat(shown).hasSize(100).startsWith("line 0", "line 1").endsWith("line 99");
    assertThat(threads).containsOnly("log");
  }

  @Test
  void consoleThatTakesNothingHoldsUpNobodyAndTheLostLinesAreCounted() {
    var lost = new ConcurrentLinkedQueue<String>();
    var own = (Logger) LoggerFactory.getLogger(DetachedAppender.class);
    var warnings =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent line) {
            lost.add(line.getFormattedMessage());
          }
        };
    warnings.start();
    own.addAppender(warnings);
    own.setLevel(Level.WARN);
    try {
      var appender = appender(this::awaitOpen);

      for (int i = 0; i < MORE_THAN_ROOM; i++) {
        appender.doAppend(line(i % 2 == 0 ? WorkerOutput.LOGGER : "controller", "line " + i));
      }
      assertThat(shown).isEmpty();
      open.countDown();

      await().atMost(Duration.ofSeconds(30)).until(() -> !lost.isEmpty());
      int gone = Integer.parseInt(List.copyOf(lost).getFirst().split(" ", 2)[0]);
      await().atMost(Duration.ofSeconds(30)).until(() -> shown.size() == MORE_THAN_ROOM - gone);
      assertThat(shown).contains("line 1").doesNotContain("line " + (MORE_THAN_ROOM - 2));
    } finally {
      own.setLevel(null);
      own.detachAppender(warnings);
    }
  }

  @Test
  void errorOfTheLogsThreadIsToldToTheHandlerThatEndsAController() throws Exception {
    var told = new CompletableFuture<Throwable>();
    var appender =
        appender(() -> {
          Thread.currentThread().setUncaughtExceptionHandler((_, error) -> told.complete(error));
          throw new OutOfMemoryError("staged by the test");
        });

    appender.doAppend(line("controller", "a line"));

    assertThat(told.get(30, TimeUnit.SECONDS)).hasMessage("staged by the test");
  }

  @Test
  void lineThatTheConsoleCanNotShowStopsNoOther() {
    var appender =
        appender(() -> {
          if (shown.isEmpty()) {
            shown.add("none");
            throw new IllegalStateException("staged by the test");
          }
        });

    appender.doAppend(line("controller", "first"));
    appender.doAppend(line("controller", "second"));

    await().atMost(Duration.ofSeconds(30)).until(() -> shown.contains("second"));
  }

  private void awaitOpen() {
    try {
      open.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns an appender whose console does something before it shows a line. */
  private DetachedAppender appender(Runnable before) {
    var console =
        new UnsynchronizedAppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent line) {
            before.run();
            shown.add(line.getFormattedMessage());
          }
        };
    console.setContext(context);
    console.start();
    var appender = new DetachedAppender(console);
    appender.setContext(context);
    appender.start();
    return appender;
  }

  private LoggingEvent line(String logger, String text) {
    return new LoggingEvent("test", context.getLogger(logger), Level.INFO, text, null, null);
  }
}
