package dev.warrener.controller.audit;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.text.Printable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of an audit log, as it is read.
 *
 * @param seq its number, from 1
 * @param prev the SHA-256 of the line before it, in hexadecimal; {@link #START} in the first line
 * @param type what the line is about
 * @param at when it was written
 * @param body all fields
 */
record AuditLine(long seq, String prev, String type, String at, JsonNode body) {
  /** The value that the first line has instead of a hash. */
  static final String START = "0".repeat(64);

  /** The type of the line after a line that was cut short by a crash. */
  static final String TORN = "log.torn";

  /** Reads a line without its line end; returns null if it is no line of an audit log. */
  static @Nullable AuditLine read(byte[] line) {
    try {
      var body = ContractJson.tree(line);
      var seq = body.path("seq");
      var prev = body.path("prev");
      var type = body.path("type");
      var at = body.path("at");
      return seq.isIntegralNumber() && prev.isString() && type.isString() && at.isString()
          ? new AuditLine(
              seq.longValue(), prev.stringValue(), type.stringValue(), at.stringValue(), body)
          : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** Returns the bytes of a line without its line end. */
  static byte[] write(long seq, String prev, Object entry) {
    var rest = ContractJson.convert(entry, ObjectNode.class);
    var line = rest.objectNode();
    line.put("seq", seq);
    line.put("prev", prev);
    line.setAll(rest);
    return Printable.json(ContractJson.text(line)).getBytes(StandardCharsets.UTF_8);
  }

  static String hash(byte[] line) {
    return Sha256.hex(line);
  }
}
