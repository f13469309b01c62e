package dev.warrener.ops.log;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.pattern.Converter;
import dev.warrener.messaging.text.Printable;
import java.util.List;

/**
 * Turns an event into one line of the log, and a trace into lines that begin with a tab. Ids,
 * reasons and what tasks print are in many messages: whatever is in them, it can neither begin a
 * line of its own nor reach a terminal as a control sequence.
 */
final class PrintableLayout extends PatternLayout {
  private static final List<String> MESSAGE = List.of("m", "msg", "message");
  private static final List<String> TRACE =
      List.of(
          "ex",
          "exception",
          "throwable",
          "rEx",
          "rootException",
          "xEx",
          "xException",
          "xThrowable");

  PrintableLayout() {
    MESSAGE.forEach(word -> getInstanceConverterMap().put(word, Message::new));
    TRACE.forEach(word -> getInstanceConverterMap().put(word, Trace::new));
    setPostCompileProcessor((context, head) -> endWithTrace(head));
  }

  /** A pattern that says nothing of traces ends with one; logback would add a trace of its own. */
  private static void endWithTrace(Converter<ILoggingEvent> head) {
    var last = head;
    boolean hasTrace = last instanceof ThrowableHandlingConverter;
    while (last.getNext() != null) {
      last = last.getNext();
      hasTrace |= last instanceof ThrowableHandlingConverter;
    }
    if (!hasTrace) {
      last.setNext(new Trace());
    }
  }

  private static final class Message extends ClassicConverter {
    @Override
    public String convert(ILoggingEvent event) {
      return Printable.line(String.valueOf(event.getFormattedMessage()));
    }
  }

  private static final class Trace extends ThrowableProxyConverter {
    @Override
    protected String throwableProxyToString(IThrowableProxy throwable) {
      var trace = new StringBuilder();
      super.throwableProxyToString(throwable)
          .lines()
          .map(Printable::line)
          .forEach(line -> trace.append('\t').append(line).append(System.lineSeparator()));
      return trace.toString();
    }
  }
}
