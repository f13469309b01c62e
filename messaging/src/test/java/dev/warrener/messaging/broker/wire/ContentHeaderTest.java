package dev.warrener.messaging.broker.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.testbroker.hostile.HostileMessage.Fault;
import dev.warrener.testbroker.hostile.HostileMessages;
import dev.warrener.testbroker.hostile.PropertyWriter;
import dev.warrener.testbroker.hostile.RawProperties;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContentHeaderTest {
  private static final int FRAME = (128 << 10) - 8;
  private static final long SEED = Long.getLong("warrener.seed", System.nanoTime());

  @Test
  void headersThatTheClientCanDecodeStayAsTheyAre() throws Exception {
    var writer =
        new PropertyWriter()
            .text("message_id", "é")
            .header("as-deep-as-can-be", PropertyWriter.nestedTables(UnreadableHeaders.DEEPEST))
            .header("arrays", PropertyWriter.nestedArrays(UnreadableHeaders.DEEPEST));

    assertThat(repair(payload(writer.build()), FRAME)).isNull();
    assertThat(decode(payload(writer.build())).getHeaders()).hasSize(2);
  }

  @Test
  void headerThatIsTooDeepIsLeftOutAndTheOthersStay() throws Exception {
    for (int levels : new int[] {UnreadableHeaders.DEEPEST + 1, 5_000}) {
      var repaired =
          decodeRepaired(
              new PropertyWriter()
                  .text("message_id", "t-1")
                  .header("x-batch", PropertyWriter.string("b"))
                  .header("deep", PropertyWriter.nestedArrays(levels))
                  .header("x-attempt", PropertyWriter.string("2"))
                  .text("type", "echo")
                  .build());

      assertThat(repaired.getMessageId()).isEqualTo("t-1");
      assertThat(repaired.getType()).isEqualTo("echo");
      assertThat(repaired.getHeaders())
          .containsOnlyKeys("x-batch", "x-attempt", UnreadableHeaders.MARK);
      assertThat(mark(repaired))
          .isEqualTo("header \"deep\" is nested more than 32 deep and was left out");
    }
  }

  @Test
  void lastHeaderThatIsTooDeepTakesNothingElseAlong() throws Exception {
    var repaired =
        decodeRepaired(
            new PropertyWriter().header("deep", PropertyWriter.nestedTables(33)).build());

    assertThat(mark(repaired))
        .isEqualTo("header \"deep\" is nested more than 32 deep and was left out");
  }

  @Test
  void textThatIsNotUtf8KeepsItsLength() throws Exception {
    var repaired =
        decodeRepaired(
            new PropertyWriter()
                .text("message_id", new byte[] {'t', (byte) 0xff, '1'})
                .header("raw", PropertyWriter.string(new byte[] {(byte) 0xc3, 'x', (byte) 0xe2}))
                .build());

    assertThat(repaired.getMessageId()).isEqualTo("t?1");
    assertThat(repaired.getHeaders().get("raw")).hasToString("?x?");
    assertThat(mark(repaired))
        .isEqualTo(
            "header \"raw\" is not UTF-8, and its wrong bytes became question marks; property"
                + " message_id is not UTF-8, and its wrong bytes became question marks");
  }

  @Test
  void headerOfAnUnknownTypeTakesAlongWhatFollowsIt() throws Exception {
    var repaired =
        decodeRepaired(
            new PropertyWriter()
                .header("first", PropertyWriter.string("1"))
                .header("odd", new byte[] {'Z', 1, 2, 3})
                .header("last", PropertyWriter.string("3"))
                .text("type", "echo")
                .build());

    assertThat(repaired.getHeaders()).containsOnlyKeys("first", UnreadableHeaders.MARK);
    assertThat(repaired.getType()).isEqualTo("echo");
    assertThat(mark(repaired))
        .contains("\"odd\"", "type that AMQP does not know", "all that follows");
  }

  @Test
  void unknownTypeWithinATableTakesAlongThatTableAlone() throws Exception {
    var table = new byte[] {'F', 0, 0, 0, 3, 1, 'a', 'Z'};
    var repaired =
        decodeRepaired(
            new PropertyWriter()
                .header("odd", table)
                .header("last", PropertyWriter.string("3"))
                .build());

    assertThat(repaired.getHeaders()).containsOnlyKeys("last", UnreadableHeaders.MARK);
  }

  @Test
  void headersOfMoreThanAFrameLoseTheLargestFirst() throws Exception {
    var properties =
        new PropertyWriter()
            .text("type", "echo")
            .header("x-batch", PropertyWriter.string("b"))
            .header("large", PropertyWriter.string(new byte[FRAME]))
            .build();
    var payload = payload(properties);

    var repaired = decode(Objects.requireNonNull(repair(payload, FRAME)));

    assertThat(repaired.getHeaders()).containsOnlyKeys("x-batch", UnreadableHeaders.MARK);
    assertThat(repaired.getType()).isEqualTo("echo");
    assertThat(mark(repaired)).contains("bytes are more than a frame", "\"large\"");
  }

  @Test
  void markFindsRoomInAFullFrame() throws Exception {
    var writer = new PropertyWriter().text("message_id", new byte[] {(byte) 0xff});
    writer.header("filler", PropertyWriter.string(new byte[FRAME - 12 - 2 - 2 - 4 - 12]));
    var payload = payload(writer.build());
    assertThat(payload).hasSize(FRAME);

    var repaired = Objects.requireNonNull(repair(payload, FRAME));

    assertThat(repaired.length).isLessThanOrEqualTo(FRAME);
    assertThat(mark(decode(repaired))).contains("message_id", "\"filler\"");
  }

  @Test
  void nameInTheMarkCanDoNoHarmToATerminal() throws Exception {
    var name = "\u001b[31m\u202e\n" + "n".repeat(100);
    var repaired = decodeRepaired(new PropertyWriter().header(name, new byte[] {'Z'}).build());

    assertThat(mark(repaired)).contains("\"?[31m??nnn").contains("…\"").doesNotContain("\n");
  }

  @Test
  void everyMessageOfTheGrammarCanBeDecodedAndWrittenAgain() throws Exception {
    System.err.println("[hostile] seed " + SEED);
    var messages = new HostileMessages(SEED, "t-", "echo", "user");
    for (int i = 0; i < 5_000; i++) {
      var message = messages.next();
      var payload = payload(message.properties());
      var repaired = repair(payload, FRAME);

      boolean isUnreadable =
          message.fault() == Fault.TOO_DEEP
              || message.fault() == Fault.HEADER_NOT_UTF_8
              || message.fault() == Fault.PROPERTY_NOT_UTF_8;
      assertThat(repaired != null).as("%s", message).isEqualTo(isUnreadable);
      assertThat(repaired == null ? 0 : repaired.length).isLessThanOrEqualTo(FRAME);
      decode(repaired == null ? payload : repaired).toFrame(1, 0);
    }
  }

  @Test
  void everyDamagedMessageCanBeDecodedAndWrittenAgain() throws Exception {
    System.err.println("[hostile] seed " + SEED);
    var messages = new HostileMessages(SEED, "t-", "echo", "user");
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < 15_000; i++) {
      var whole = payload(messages.next().properties());
      int length = random.nextInt(4) == 0 ? random.nextInt(14, whole.length + 1) : whole.length;
      var damaged = Arrays.copyOf(whole, length);
      for (int hits = random.nextInt(4); hits > 0 && length > 14; hits--) {
        damaged[random.nextInt(12, Math.min(length, 400))] = (byte) random.nextInt(256);
      }
      int largest = random.nextInt(10) == 0 ? 8_184 : FRAME;

      var repaired = repair(damaged, largest);

      var read = repaired == null ? damaged : repaired;
      assertThat(read.length).isLessThanOrEqualTo(largest);
      decode(read).toFrame(1, 0);
    }
  }

  private static BasicProperties decodeRepaired(RawProperties properties) throws IOException {
    return decode(Objects.requireNonNull(repair(payload(properties), FRAME)));
  }

  private static byte @Nullable [] repair(byte[] payload, int largest) {
    return new ContentHeader(payload, 0, payload.length, largest).repaired();
  }

  private static String mark(BasicProperties properties) {
    return Objects.requireNonNull(properties.getHeaders().get(UnreadableHeaders.MARK)).toString();
  }

  /** Returns a content header frame's payload, of a body of 4 bytes. */
  private static byte[] payload(RawProperties properties) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4});
    out.writeBytes(properties.encoded());
    return out.toByteArray();
  }

  /** Decodes as the client does. */
  private static BasicProperties decode(byte[] payload) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(payload));
    assertThat(in.readShort()).isEqualTo((short) 60);
    return new BasicProperties(in);
  }
}
