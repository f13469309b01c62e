package dev.warrener.worker.json;

import java.util.List;
import java.util.Map;

/** A value in JSON. Immutable. */
public sealed interface JsonValue {
  /** What kind of value it is, with its article, for messages: {@code a number}. */
  String kind();

  /** Members by name, in the order of the text. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    @Override
    public String kind() {
      return "an object";
    }
  }

  /** Values in order. */
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

  /** A number as it was written, so that nothing of it is lost. */
  record JsonNumber(String digits) implements JsonValue {
    @Override
    public String kind() {
      return "a number";
    }
  }

  /** True or false. */
  record JsonBoolean(boolean value) implements JsonValue {
    @Override
    public String kind() {
      return value ? "true" : "false";
    }
  }

  /** Null. */
  record JsonNull() implements JsonValue {
    @Override
    public String kind() {
      return "null";
    }
  }
}
