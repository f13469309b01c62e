package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Namespace;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose certificate is signed by nobody whom the JDK knows. */
class OwnAuthorityTest {
  private static final String PASSWORD = "changeit";

  @TempDir private Path folder;
  private SSLContext before;
  private SSLServerSocket server;

  @BeforeEach
  void startServer() throws Exception {
    before = SSLContext.getDefault();
    keytool("-genkeypair", "-alias", "broker", "-keyalg", "EC", "-dname", "CN=localhost");
    var keys = KeyStore.getInstance(store(), PASSWORD.toCharArray());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    var broker = new Thread(this::shakeHands, "broker");
    broker.setDaemon(true);
    broker.start();
  }

  @AfterEach
  void restore() throws IOException {
    SSLContext.setDefault(before);
    server.close();
  }

  @Test
  void unknownAuthorityIsNamedWithWhatToDo() {
    assertThatThrownBy(this::connect)
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("its certificate is signed by no authority that this Java trusts")
        .hasMessageContaining("-Djavax.net.ssl.trustStore=FILE");
  }

  /** As -Djavax.net.ssl.trustStore does it: the JDK makes its default context of that store. */
  @Test
  void authorityOfTheTrustStoreIsTrusted() throws Exception {
    SSLContext.setDefault(trusting());

    assertThatThrownBy(this::connect)
        .isInstanceOf(BrokerUnreachableException.class)
        .hasMessageContaining("is that port an AMQP port?");
  }

  private void connect() {
    var address =
        new BrokerAddress("localhost", server.getLocalPort(), "/", "guest", "guest", true);
    Connecting.open(BrokerAccess.of(address, Namespace.DEFAULT, "test"), "test", 1);
  }

  private SSLContext trusting() throws IOException, GeneralSecurityException {
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(KeyStore.getInstance(store(), PASSWORD.toCharArray()));
    var context = SSLContext.getInstance("TLS");
    context.init(null, trusted.getTrustManagers(), null);
    return context;
  }

  private void shakeHands() {
    try (var socket = server.accept()) {
      // The handshake is made with the first read; then the connection ends, as no broker's does.
      assertThat(socket.getInputStream().read()).isEqualTo('A');
    } catch (IOException e) {
      // The client has refused the certificate.
    }
  }

  private File store() {
    return folder.resolve("keys.p12").toFile();
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-ext", "san=dns:localhost", "-keystore", store().toString()));
    command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    var process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
