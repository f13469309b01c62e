package dev.warrener.worker.json;

import dev.warrener.worker.json.JsonValue.JsonArray;
import dev.warrener.worker.json.JsonValue.JsonBoolean;
import dev.warrener.worker.json.JsonValue.JsonNull;
import dev.warrener.worker.json.JsonValue.JsonNumber;
import dev.warrener.worker.json.JsonValue.JsonObject;
import dev.warrener.worker.json.JsonValue.JsonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A recursive-descent parser of one JSON text. To be used once. */
final class JsonParser {
  private static final int MAXIMUM_DEPTH = 256;
  private static final JsonNull NULL = new JsonNull();
  private static final JsonText UNKEPT = new JsonText("");

  private final String text;
  private final boolean keep;
  private int at;

  /**
   * Creates a parser of one text.
   *
   * @param keep whether to make values; without it, memory is taken only for the names of members
   */
  JsonParser(String text, boolean keep) {
    this.text = text;
    this.keep = keep;
  }

  JsonValue parse() throws JsonFormatException {
    JsonValue value = value(0);
    skipBlanks();
    if (at < text.length()) {
      throw wrong("something follows the value");
    }
    return value;
  }

  private JsonValue value(int depth) throws JsonFormatException {
    if (depth > MAXIMUM_DEPTH) {
      throw wrong("it is nested more than " + MAXIMUM_DEPTH + " deep");
    }
    skipBlanks();
    char first = peek();
    return switch (first) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> {
        String string = string(keep);
        yield keep ? new JsonText(string) : UNKEPT;
      }
      case 't' -> word("true", new JsonBoolean(true));
      case 'f' -> word("false", new JsonBoolean(false));
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private JsonValue object(int depth) throws JsonFormatException {
    expect('{');
    Map<String, JsonValue> members = new LinkedHashMap<>();
    skipBlanks();
    if (!accept('}')) {
      do {
        skipBlanks();
        String name = string(true);
        skipBlanks();
        expect(':');
        if (members.put(name, value(depth + 1)) != null) {
          throw wrong("the member " + Json.quote(name) + " is there twice");
        }
        skipBlanks();
      } while (accept(','));
      expect('}');
    }
    return keep ? new JsonObject(Collections.unmodifiableMap(members)) : UNKEPT;
  }

  private JsonValue array(int depth) throws JsonFormatException {
    expect('[');
    List<JsonValue> items = new ArrayList<>();
    skipBlanks();
    if (!accept(']')) {
      do {
        JsonValue item = value(depth + 1);
        if (keep) {
          items.add(item);
        }
        skipBlanks();
      } while (accept(','));
      expect(']');
    }
    return keep ? new JsonArray(Collections.unmodifiableList(items)) : UNKEPT;
  }

  private JsonValue word(String word, JsonValue value) throws JsonFormatException {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private JsonValue number() throws JsonFormatException {
    int start = at;
    accept('-');
    if (!accept('0')) {
      digits();
    }
    if (accept('.')) {
      digits();
    }
    if (accept('e') || accept('E')) {
      if (!accept('+')) {
        accept('-');
      }
      digits();
    }
    return keep ? new JsonNumber(text.substring(start, at)) : UNKEPT;
  }

  private void digits() throws JsonFormatException {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw at == text.length() ? endsTooEarly() : unexpected();
    }
  }

  private String string(boolean wanted) throws JsonFormatException {
    expect('"');
    int start = at;
    StringBuilder unescaped = null;
    while (true) {
      char c = peek();
      if (c == '"') {
        at++;
        break;
      }
      if (c < ' ') {
        throw wrong("a control character stands in a text");
      }
      if (c == '\\') {
        if (unescaped == null) {
          unescaped = new StringBuilder().append(text, start, at);
        }
        at++;
        char escaped = escape();
        if (wanted) {
          unescaped.append(escaped);
        }
        continue;
      }
      if (unescaped != null && wanted) {
        unescaped.append(c);
      }
      at++;
    }
    if (!wanted) {
      return "";
    }
    return unescaped == null ? text.substring(start, at - 1) : unescaped.toString();
  }

  private char escape() throws JsonFormatException {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> {
        at--;
        throw unexpected();
      }
    };
  }

  private char hexadecimal() throws JsonFormatException {
    int code = 0;
    for (int digit = 0; digit < 4; digit++) {
      char c = peek();
      // Character.digit accepts the digits of other scripts, too; JSON does not.
      int value = c < 0x80 ? Character.digit(c, 16) : -1;
      if (value < 0) {
        throw unexpected();
      }
      code = code << 4 | value;
      at++;
    }
    return (char) code;
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      at++;
    }
  }

  private boolean accept(char wanted) {
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char wanted) throws JsonFormatException {
    if (peek() != wanted) {
      throw unexpected();
    }
    at++;
  }

  private char peek() throws JsonFormatException {
    if (at == text.length()) {
      throw endsTooEarly();
    }
    return text.charAt(at);
  }

  private JsonFormatException unexpected() {
    return wrong(Json.quote(text.substring(at, at + 1)) + " was not expected");
  }

  private JsonFormatException endsTooEarly() {
    return wrong("it ends too early");
  }

  private JsonFormatException wrong(String why) {
    return new JsonFormatException("this is no JSON: " + why + ", at character " + (at + 1));
  }
}
