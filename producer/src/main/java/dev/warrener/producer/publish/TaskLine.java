package dev.warrener.producer.publish;

import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one line as a task: a JSON object with the fields {@code queue}, {@code handler}, {@code
 * body} (any JSON, passed on as it is written; or {@code bodyBase64} with {@code contentType} for
 * other bytes), {@code id}, {@code batch}, {@code maxAttempts}, {@code timeoutMillis}, {@code
 * delayMillis}, {@code priority}, {@code expirationMillis} and {@code headers}. A field of another
 * name, or one that comes twice, is an error.
 */
final class TaskLine {
  private static final String FIELDS =
      "id, queue, handler, batch, body, bodyBase64, contentType, maxAttempts, timeoutMillis,"
          + " delayMillis, priority, expirationMillis, headers";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              // A body's size has a limit of its own.
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final String line;
  private final JsonParser parser;
  private @Nullable String id;
  private @Nullable String queue;
  private @Nullable String handler;
  private @Nullable String batch;
  private @Nullable Integer maxAttempts;
  private @Nullable Duration timeout;
  private @Nullable Duration delay;
  private @Nullable Integer priority;
  private @Nullable Duration expiration;
  private @Nullable Body body;
  private @Nullable String contentType;
  private boolean base64;
  private Map<String, Object> headers = Map.of();

  private TaskLine(String line, JsonParser parser) {
    this.line = line;
    this.parser = parser;
  }

  /**
   * @param now from which a delay counts
   * @param maxBodyBytes the largest body
   * @throws BadTaskException if the line is no task, with a clause that says why
   */
  static Task parse(String line, TaskDefaults defaults, Instant now, int maxBodyBytes)
      throws BadTaskException {
    try (var parser = JSON.createParser(ObjectReadContext.empty(), line)) {
      var read = new TaskLine(line, parser);
      read.fields();
      var task = read.task(defaults, now);
      if (task.body().length() > maxBodyBytes) {
        throw new BadTaskException(
            "its body has "
                + task.body().length()
                + " bytes, and at most "
                + maxBodyBytes
                + " are allowed");
      }
      // Refuses tasks that can't be encoded here already, and not only when they are published.
      TaskCodec.encode(task);
      return task;
    } catch (JacksonException e) {
      var location = e.getLocation();
      throw new BadTaskException(
          "not valid JSON"
              + (location == null ? "" : " at column " + location.getColumnNr())
              + ": "
              + ContractJson.problem(e));
    } catch (IllegalArgumentException e) {
      throw new BadTaskException(String.valueOf(e.getMessage()));
    }
  }

  private void fields() throws BadTaskException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BadTaskException("it must be a JSON object, such as {\"body\":1}");
    }
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      field(name);
    }
    if (parser.nextToken() != null) {
      throw new BadTaskException("there is something after the JSON object");
    }
  }

  private void field(String name) throws BadTaskException {
    switch (name) {
      case "id" -> id = string(name);
      case "queue" -> queue = string(name);
      case "handler" -> handler = string(name);
      case "batch" -> batch = string(name);
      case "contentType" -> contentType = string(name);
      case "maxAttempts" -> maxAttempts = integer(name);
      case "priority" -> priority = integer(name);
      case "timeoutMillis" -> timeout = millis(name);
      case "delayMillis" -> delay = millis(name);
      case "expirationMillis" -> expiration = millis(name);
      case "headers" -> headers = headers();
      case "body" -> setBody(Body.of(raw()));
      case "bodyBase64" -> {
        base64 = true;
        setBody(Body.of(decode(string(name))));
      }
      default ->
          throw new BadTaskException(
              "unknown field \"" + name + "\": a task has the fields " + FIELDS);
    }
  }

  private void setBody(Body given) throws BadTaskException {
    if (body != null) {
      throw new BadTaskException("it has both body and bodyBase64");
    }
    body = given;
  }

  private Task task(TaskDefaults defaults, Instant now) throws BadTaskException {
    if (contentType != null && !base64) {
      throw new BadTaskException("contentType goes with bodyBase64; a body is JSON");
    }
    var task =
        defaults.task(
            required("queue", queue, defaults.queue()),
            required("handler", handler, defaults.handler()),
            now);
    if (id != null) {
      task.id(id);
    }
    if (batch != null) {
      task.batch(batch);
    }
    if (maxAttempts != null) {
      task.maxAttempts(maxAttempts);
    }
    if (timeout != null) {
      task.timeout(timeout);
    }
    if (delay != null) {
      task.notBefore(delay.isZero() ? null : now.plus(delay));
    }
    if (priority != null) {
      task.priority(priority);
    }
    if (expiration != null) {
      task.expiration(expiration);
    }
    if (body != null) {
      task.body(
          body,
          contentType != null ? contentType : base64 ? "application/octet-stream" : Task.JSON);
    }
    return task.headers(headers).build();
  }

  private static String required(String name, @Nullable String given, @Nullable String otherwise)
      throws BadTaskException {
    if (given != null) {
      return given;
    }
    if (otherwise != null) {
      return otherwise;
    }
    throw new BadTaskException("it names no " + name);
  }

  private String string(String name) throws BadTaskException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadTaskException(name + " must be a string, not " + shown());
    }
    return parser.getString();
  }

  private int integer(String name) throws BadTaskException {
    long value = whole(name);
    if (value != (int) value) {
      throw new BadTaskException(name + " is too large: " + value);
    }
    return (int) value;
  }

  private Duration millis(String name) throws BadTaskException {
    long value = whole(name);
    // 31 years. Much larger values would make times overflow.
    if (value < 0 || value > 1_000_000_000_000L) {
      throw new BadTaskException(
          name + " must be whole milliseconds from 0 to 1000000000000, not " + value);
    }
    return Duration.ofMillis(value);
  }

  private long whole(String name) throws BadTaskException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw new BadTaskException(name + " must be a whole number, not " + shown());
    }
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw new BadTaskException(name + " is too large: " + shown());
    }
    return parser.getLongValue();
  }

  private Map<String, Object> headers() throws BadTaskException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadTaskException("headers must be an object, not " + shown());
    }
    var read = object("headers");
    return new HashMap<>(read);
  }

  private Map<String, Object> object(String where) throws BadTaskException {
    var read = new LinkedHashMap<String, Object>();
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      read.put(name, value(where + "." + name));
    }
    return read;
  }

  private Object value(String where) throws BadTaskException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getString();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> {
        long number = whole(where);
        yield number == (int) number ? (Object) (int) number : (Object) number;
      }
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case START_OBJECT -> object(where);
      case START_ARRAY -> {
        var list = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(where));
        }
        yield list;
      }
      default -> throw new BadTaskException(where + " must not be " + shown());
    };
  }

  /** Returns the value exactly as it is written, so that no number loses a digit. */
  private String raw() {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    return line.substring(start, (int) parser.currentLocation().getCharOffset());
  }

  private static byte[] decode(String text) throws BadTaskException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadTaskException("bodyBase64 is no Base64: " + e.getMessage());
    }
  }

  /** Returns the token as it is written, cut to 40 characters. */
  private String shown() {
    var text = raw();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
