package dev.warrener.worker.builtin;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.json.Json;
import dev.warrener.worker.json.JsonFormatException;
import dev.warrener.worker.json.JsonValue;
import dev.warrener.worker.json.JsonValue.JsonNumber;
import dev.warrener.worker.json.JsonValue.JsonObject;
import dev.warrener.worker.json.JsonValue.JsonText;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The input of a built-in handler: a JSON object whose fields are read by name. */
final class Input {
  private static final int MILLIS_DIGITS = 3;
  private static final long MAXIMUM_SECONDS = 1_000_000_000;

  private final Map<String, JsonValue> members;

  private Input(Map<String, JsonValue> members) {
    this.members = members;
  }

  static Input of(byte[] input) throws InvalidInputException {
    try {
      if (Json.parse(input) instanceof JsonObject object) {
        return new Input(object.members());
      }
    } catch (JsonFormatException e) {
      throw new InvalidInputException("the input must be a JSON object: " + e.getMessage(), e);
    }
    throw new InvalidInputException("the input must be a JSON object");
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  String text(String name) throws InvalidInputException {
    if (require(name) instanceof JsonText text) {
      return text.text();
    }
    throw wrong(name, "a text");
  }

  /** Returns a field as a whole number within bounds. */
  int wholeNumber(String name, int minimum, int maximum) throws InvalidInputException {
    String wanted = "a whole number from " + minimum + " to " + maximum;
    BigDecimal number = number(name, wanted);
    try {
      int value = number.intValueExact();
      if (value >= minimum && value <= maximum) {
        return value;
      }
    } catch (ArithmeticException e) {
      // Reported below.
    }
    throw wrong(name, wanted);
  }

  /** Returns a field with a time in seconds, perhaps with decimals, as milliseconds. */
  long secondsAsMillis(String name) throws InvalidInputException {
    String wanted = "a number of seconds from 0 to " + MAXIMUM_SECONDS;
    BigDecimal seconds = number(name, wanted);
    if (seconds.signum() < 0 || seconds.compareTo(BigDecimal.valueOf(MAXIMUM_SECONDS)) > 0) {
      throw wrong(name, wanted);
    }
    return seconds.movePointRight(MILLIS_DIGITS).longValue();
  }

  private BigDecimal number(String name, String wanted) throws InvalidInputException {
    // A long number, or one with a huge exponent, would keep BigDecimal busy for hours.
    if (require(name) instanceof JsonNumber number && number.digits().length() <= 32) {
      BigDecimal value = new BigDecimal(number.digits());
      if (Math.abs((long) value.precision() - value.scale()) <= 32 && value.scale() <= 32) {
        return value;
      }
    }
    throw wrong(name, wanted);
  }

  private JsonValue require(String name) throws InvalidInputException {
    JsonValue value = members.get(name);
    if (value == null) {
      throw new InvalidInputException("the input has no field '" + name + "'");
    }
    return value;
  }

  private InvalidInputException wrong(String name, String wanted) {
    JsonValue value = members.get(name);
    return new InvalidInputException(
        "the field '" + name + "' must be " + wanted + ", not " + shown(value));
  }

  private static String shown(@Nullable JsonValue value) {
    return switch (value) {
      case JsonNumber number -> number.digits();
      case JsonText text -> Json.quote(text.text());
      case null -> "missing";
      default -> value.kind();
    };
  }
}
