package dev.warrener.messaging.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;

/** A connected socket, plain or TLS, whose input is read through {@link RepairedFrames}. */
// The socket behind it has the locks.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class RepairingSocket extends Socket {
  private final Socket socket;
  private final InputStream frames;
  private final OutputStream out;

  /**
   * Wraps a socket.
   *
   * @param heartbeats whether the connection is to have heartbeats
   */
  RepairingSocket(Socket socket, boolean heartbeats) throws IOException {
    this.socket = socket;
    this.frames = new RepairedFrames(socket.getInputStream());
    this.out = heartbeats ? socket.getOutputStream() : new NoHeartbeats(socket.getOutputStream());
  }

  @Override
  public InputStream getInputStream() {
    return frames;
  }

  @Override
  public OutputStream getOutputStream() {
    return out;
  }

  @Override
  public InetAddress getInetAddress() {
    return socket.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return socket.getLocalAddress();
  }

  @Override
  public int getPort() {
    return socket.getPort();
  }

  @Override
  public int getLocalPort() {
    return socket.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return socket.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return socket.getLocalSocketAddress();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    socket.setSoTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return socket.getSoTimeout();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    socket.setSoLinger(on, seconds);
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    socket.setTcpNoDelay(on);
  }

  @Override
  public boolean isConnected() {
    return socket.isConnected();
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
