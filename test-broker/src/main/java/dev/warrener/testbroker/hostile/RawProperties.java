package dev.warrener.testbroker.hostile;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.io.IOException;

/** Properties of a message that the client writes as they are given here: flags and values. */
public final class RawProperties extends AMQP.BasicProperties {
  private static final int HEADER_FRAME = 2;
  private static final int BASIC = 60;

  private final byte[] encoded;

  /**
   * @param encoded the flags and the values, as they stand behind the size of the body
   */
  public RawProperties(byte[] encoded) {
    this.encoded = encoded;
  }

  /** Returns the bytes as they are published. */
  public byte[] encoded() {
    return encoded;
  }

  @Override
  public Frame toFrame(int channel, long bodySize) throws IOException {
    var frame = new Frame(HEADER_FRAME, channel);
    var out = frame.getOutputStream();
    out.writeShort(BASIC);
    out.writeShort(0);
    out.writeLong(bodySize);
    out.write(encoded);
    return frame;
  }
}
