package dev.warrener.messaging.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.task.ResultMessage;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Reads and writes the contract's JSON. It ignores unknown fields, so that the contract can grow. A
 * field that isn't {@link Nullable} in its record is required, and no field may stand twice: of two
 * readers each could use a different one. Times are written in UTC with milliseconds. Thread-safe.
 */
public final class ContractJson {
  /** The prefix of the names of our own types. */
  static final String OURS = "dev.warrener.";

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /**
   * The position of an object's beginning, as the parser names it. The text itself is gone by then.
   */
  private static final Pattern SOURCE_OF_PARSER =
      Pattern.compile(" ?\\(start marker at \\[Source: .*?\\]\\)");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .annotationIntrospector(new RequiredUnlessNullable())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.USE_DEFAULTS))
          .addModule(new OwnTypes())
          .build();

  private ContractJson() {}

  /** Writes {@code value} as one line of JSON in UTF-8. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** Writes {@code value} as one line of JSON. */
  public static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** Writes {@code value} as JSON for people, over several lines. */
  public static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  /**
   * Reads one value.
   *
   * @throws MalformedMessageException if the bytes are no JSON, a required field is missing, a
   *     field occurs twice, or a value breaks the contract; the message says which
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      T value =
          MAPPER.readerFor(type).with(StreamReadFeature.STRICT_DUPLICATE_DETECTION).readValue(json);
      if (value == null) {
        throw new MalformedMessageException("it is null, and not an object", null);
      }
      return value;
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  /**
   * Reads a task's result. The value that a handler returned may have any form, so here a field may
   * stand twice; the last one counts.
   *
   * @throws MalformedMessageException if the bytes are no JSON, a required field is missing, or a
   *     value breaks the contract; the message says which
   */
  public static ResultMessage readResult(byte[] json) {
    try {
      return MAPPER.readValue(json, ResultMessage.class);
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  /**
   * Reads any JSON.
   *
   * @throws MalformedMessageException if the bytes are no JSON
   */
  public static JsonNode tree(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  /** Turns a value into a tree, or a tree into a value's type. */
  public static <T> T convert(Object value, Class<T> type) {
    try {
      return MAPPER.convertValue(value, type);
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  /**
   * Reads an order.
   *
   * @throws MalformedMessageException if it breaks the contract or is longer than {@link
   *     Order#MAX_BYTES}
   */
  public static Order readOrder(byte[] json) {
    if (json.length > Order.MAX_BYTES) {
      throw new MalformedMessageException(
          "the order has "
              + json.length
              + " bytes, more than the "
              + Order.MAX_BYTES
              + " that are allowed",
          null);
    }
    var tree = tree(json);
    var version = tree.get("version");
    if (version != null && version.isInt() && version.intValue() != Order.VERSION) {
      throw new MalformedMessageException(
          "unknown version "
              + version.intValue()
              + ": this controller speaks version "
              + Order.VERSION,
          null);
    }
    return read(json, Order.class);
  }

  /** Returns what is wrong with some JSON, without the parser's remarks about itself. */
  public static String problem(JacksonException e) {
    return SOURCE_OF_PARSER.matcher(e.getOriginalMessage()).replaceAll("");
  }

  private static MalformedMessageException malformed(JacksonException e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof IllegalArgumentException)) {
      cause = cause.getCause();
    }
    String sentence =
        cause instanceof IllegalArgumentException && cause.getMessage() != null
            ? cause.getMessage()
            : problem(e);
    return new MalformedMessageException(sentence, e);
  }

  /** A creator's parameter is required unless its type is {@link Nullable}. */
  private static final class RequiredUnlessNullable extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
      if (member instanceof AnnotatedParameter parameter) {
        AnnotatedElement owner = parameter.getOwner().getAnnotated();
        if (owner instanceof Executable executable && isOurs(executable.getDeclaringClass())) {
          return !executable.getAnnotatedParameterTypes()[parameter.getIndex()].isAnnotationPresent(
              Nullable.class);
        }
      }
      return super.hasRequiredMarker(config, member);
    }

    private static boolean isOurs(Class<?> type) {
      return type.getName().startsWith(OURS);
    }
  }

  private static final class OwnTypes extends SimpleModule {
    private static final long serialVersionUID = 1;

    @Override
    public void setupModule(SetupContext context) {
      addSerializer(new InstantWithMillis());
      super.setupModule(context);
      context.addValueInstantiators(new RecordInstantiators());
    }
  }

  private static final class InstantWithMillis extends StdSerializer<Instant> {
    InstantWithMillis() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializationContext context) {
      generator.writeString(MILLIS.format(value));
    }
  }
}
