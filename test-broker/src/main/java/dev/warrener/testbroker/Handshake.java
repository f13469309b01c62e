package dev.warrener.testbroker;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ExceptionHandler;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;

/**
 * What a broker says of itself when a client connects.
 *
 * @param product such as {@code RabbitMQ}
 * @param version such as {@code 4.3.6}
 */
record Handshake(String product, String version) {
  private static final int LIMIT_MILLIS = 5000;

  /** While a broker starts, dropped connections are no news. */
  private static final ExceptionHandler SILENT =
      new DefaultExceptionHandler() {
        @Override
        public void handleUnexpectedConnectionDriverException(
            Connection connection, Throwable error) {
          // The caller hears of it.
        }
      };

  /**
   * Connects and disconnects.
   *
   * @throws IOException if it can't be reached, doesn't let us in, or doesn't answer within seconds
   */
  static Handshake with(URI uri) throws IOException {
    var factory = new ConnectionFactory();
    try {
      factory.setUri(uri);
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
    factory.setAutomaticRecoveryEnabled(false);
    factory.setExceptionHandler(SILENT);
    factory.setConnectionTimeout(LIMIT_MILLIS);
    factory.setHandshakeTimeout(LIMIT_MILLIS);
    factory.setChannelRpcTimeout(LIMIT_MILLIS);
    try {
      var connection = factory.newConnection("test-broker");
      try {
        var properties = connection.getServerProperties();
        return new Handshake(
            String.valueOf(properties.get("product")), String.valueOf(properties.get("version")));
      } finally {
        connection.abort(LIMIT_MILLIS);
      }
    } catch (TimeoutException e) {
      throw new IOException("it does not answer", e);
    }
  }

  static boolean succeeds(URI uri) {
    try {
      with(uri);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
