package dev.warrener.messaging.broker.wire;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import com.rabbitmq.client.impl.SocketFrameHandlerFactory;
import java.io.IOException;
import java.net.Socket;

/**
 * Makes connections that no table of headers can end, whether the client can decode it or not. The
 * client's socket is wrapped instead of its frame handler, because the frame handler's interface
 * changes between versions of the client, and programs that embed Warrener bring a version of their
 * own.
 */
public final class RepairingConnectionFactory extends ConnectionFactory {
  private final boolean heartbeats;

  /**
   * Makes a factory.
   *
   * @param heartbeats whether the connections have heartbeats. A connection of which the broker is
   *     to keep what it has read of it, after its end, must have none: they would tell the broker
   *     of that end
   */
  public RepairingConnectionFactory(boolean heartbeats) {
    this.heartbeats = heartbeats;
  }

  @Override
  protected synchronized FrameHandlerFactory createFrameHandlerFactory() {
    return new SocketFrameHandlerFactory(
        getConnectionTimeout(), getSocketFactory(), getSocketConfigurator(), isSSL()) {
      @Override
      public FrameHandler create(Socket socket) throws IOException {
        return super.create(new RepairingSocket(socket, heartbeats));
      }
    };
  }
}
