package dev.warrener.ops.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.warrener.ops.Main;
import java.nio.charset.StandardCharsets;
import org.slf4j.helpers.NOP_FallbackServiceProvider;

/**
 * Configures the log. A controller logs to stdout, a command with {@code -v} to stderr. Other
 * commands don't log, and don't even load logback. Logback finds this class at the first log line.
 * In programs that {@link Main} has not started, such as tests, it changes nothing.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogConfiguration extends ContextAwareBase implements Configurator {
  /** The system property with the lower case name of a {@link Mode}. */
  private static final String MODE = "warrener.log";

  /** The system property that replaces the pattern of a line. */
  public static final String PATTERN = "warrener.log.pattern";

  /** The system property with the provider that slf4j uses, so that it does not search for one. */
  private static final String PROVIDER = "slf4j.provider";

  /** The system property with the level from which slf4j logs about itself. */
  private static final String PROVIDER_TALK = "slf4j.internal.verbosity";

  /** The programs that log in different ways. */
  public enum Mode {
    /** Nothing is logged: a command prints its own messages. */
    OFF,
    /** A command with {@code -v}. */
    VERBOSE,
    /** A controller. */
    CONTROLLER
  }

  /** Chooses the mode. To be called before the first log line. */
  public static void choose(Mode mode) {
    System.setProperty(MODE, mode.name());
    if (mode == Mode.OFF) {
      // Finding and configuring logback would take as long as connecting to the broker.
      System.setProperty(PROVIDER, NOP_FallbackServiceProvider.class.getName());
      System.setProperty(PROVIDER_TALK, "WARN");
    } else {
      System.clearProperty(PROVIDER);
      System.clearProperty(PROVIDER_TALK);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    String chosen = System.getProperty(MODE);
    if (chosen == null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    var root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    switch (Mode.valueOf(chosen)) {
      case OFF -> root.setLevel(Level.OFF);
      case VERBOSE -> {
        root.setLevel(Level.INFO);
        root.addAppender(console("System.err", "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n"));
        quiet(loggers);
      }
      case CONTROLLER -> {
        root.setLevel(Level.INFO);
        root.addAppender(
            detached(
                console("System.out", "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level %msg%n")));
        quiet(loggers);
      }
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Limits the embedded broker, which logs each of its steps at INFO, to warnings. */
  private static void quiet(LoggerContext loggers) {
    for (var name : new String[] {"org.apache.qpid", "qpid.message"}) {
      Logger logger = loggers.getLogger(name);
      logger.setLevel(Level.WARN);
    }
  }

  /** Adds a hook that prints the remaining lines when this VM exits. */
  private DetachedAppender detached(Appender<ILoggingEvent> console) {
    var detached = new DetachedAppender(console);
    detached.setContext(getContext());
    detached.start();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("log-end").unstarted(detached::stop));
    return detached;
  }

  private ConsoleAppender<ILoggingEvent> console(String target, String pattern) {
    var layout = new PrintableLayout();
    layout.setContext(getContext());
    layout.setPattern(System.getProperty(PATTERN, pattern));
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(getContext());
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(getContext());
    appender.setTarget(target);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
