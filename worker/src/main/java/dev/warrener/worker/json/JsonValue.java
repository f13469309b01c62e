package dev.warrener.worker.json;

import java.util.List;
import java.util.Map;

/** A JSON value. Immutable. */
public sealed interface JsonValue {
  /** Returns the kind of value with its article, for messages: {@code a number}. */
  String kind();

  /** An object: its members by name, in the order of the text. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    @Override
    public String kind() {
      return "an object";
    }
  }

  /** An array. */
  record JsonArray(List<JsonValue> items) implements JsonValue {
    @Override
    public String kind() {
      return "an array";
    }
  }

  /** A string. */
  record JsonText(String text) implements JsonValue {
    @Override
    public String kind() {
      return "a text";
    }
  }

  /** A number, as its text, so that no digit is lost. */
  record JsonNumber(String digits) implements JsonValue {
    @Override
    public String kind() {
      return "a number";
    }
  }

  /** {@code true} or {@code false}. */
  record JsonBoolean(boolean value) implements JsonValue {
    @Override
    public String kind() {
      return value ? "true" : "false";
    }
  }

  /** {@code null}. */
  record JsonNull() implements JsonValue {
    @Override
    public String kind() {
      return "null";
    }
  }
}
