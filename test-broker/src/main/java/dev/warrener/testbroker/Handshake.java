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
 * The product and version that a broker names when a client connects.
 *
 * @param product such as {@code RabbitMQ}
 * @param version such as {@code 4.3.6}
 */
record Handshake(String product, String version) {
  private static final int LIMIT_MILLIS = 5000;

  /** Ignores dropped connections: they are expected while a broker starts. */
  private static final ExceptionHandler SILENT =
      new DefaultExceptionHandler() {
        @Override
        public void handleUnexpectedConnectionDriverException(
            Connection connection, Throwable error) {
          // The caller gets the exception, too.
        }
      };

  /**
   * Connects and disconnects.
   *
   * @throws IOException if the broker can't be reached, refuses the user, or doesn't answer in
   *     seconds
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
