package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Namespace;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An order is sent again when its connection is lost, and not when it was refused. */
class BrokerErrorsTest {

  /** 506: the queue of a controller vanished while the order was on its way to it. */
  @ParameterizedTest
  @ValueSource(ints = {AMQP.CONNECTION_FORCED, AMQP.RESOURCE_ERROR, AMQP.INTERNAL_ERROR})
  void connectionThatTheBrokerEndsOfItselfIsLost(int code) {
    assertThat(ofRequest(code, "the broker's own reason"))
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("was lost while asking for an order: the broker's own reason");
  }

  @Test
  void connectionThatTheBrokerEndsBecauseOfWhatWasSentIsARefusal() {
    assertThat(ofRequest(AMQP.SYNTAX_ERROR, "a bad frame"))
        .isNotInstanceOf(BrokerUnreachableException.class)
        .hasMessage("the broker refused an order: a bad frame");
  }

  private static BrokerException ofRequest(int code, String text) {
    var close =
        new AMQP.Connection.Close.Builder()
            .replyCode(code)
            .replyText(text)
            .classId(60)
            .methodId(40)
            .build();
    var error = new IOException(new ShutdownSignalException(true, false, close, null));
    return BrokerErrors.ofRequest(error, access(), "an order");
  }

  private static BrokerAccess access() {
    return new BrokerAccess(
        BrokerAddress.parse("amqp://ops:secret@broker"),
        Namespace.DEFAULT,
        "test",
        LinkSettings.DEFAULT);
  }
}
