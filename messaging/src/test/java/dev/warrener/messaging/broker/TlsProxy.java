package dev.warrener.messaging.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS in front of a broker that speaks none, with a certificate for {@code localhost} that this JVM
 * trusts until the proxy is closed.
 */
public final class TlsProxy implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final URI broker;
  private final SSLContext before;
  private final SSLServerSocket server;

  /** Begins to listen. */
  public TlsProxy(URI broker) throws IOException, GeneralSecurityException, InterruptedException {
    this.broker = broker;
    this.before = SSLContext.getDefault();
    var context = context();
    this.server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLContext.setDefault(context);
    daemon(this::accept);
  }

  private static SSLContext context()
      throws IOException, GeneralSecurityException, InterruptedException {
    var folder = Files.createTempDirectory("warrener-tls-");
    var file = folder.resolve("keys.p12");
    try {
      makeKeys(file);
      var keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      }
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD);
      var trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      trust.setCertificateEntry("broker", keys.getCertificate("broker"));
      var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(trust);
      var context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), trusted.getTrustManagers(), null);
      return context;
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static void makeKeys(Path file) throws IOException, InterruptedException {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("keytool ended with " + process.exitValue());
    }
  }

  /** Returns the broker's address by this proxy. */
  public URI uri() {
    return URI.create(
        "amqps://"
            + broker.getRawUserInfo()
            + "@localhost:"
            + server.getLocalPort()
            + broker.getRawPath());
  }

  private void accept() {
    try {
      while (true) {
        var client = server.accept();
        var toBroker = new Socket(broker.getHost(), broker.getPort());
        daemon(() -> copy(client, toBroker));
        daemon(() -> copy(toBroker, client));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // One side has ended, and now the other.
    }
  }

  private static void daemon(Runnable work) {
    Connecting.daemon("tls-proxy").newThread(work).start();
  }

  @Override
  public void close() throws IOException {
    SSLContext.setDefault(before);
    server.close();
  }
}
