package dev.warrener.controller.local;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.process.Await;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.local.LockFile;
import dev.warrener.messaging.report.ControllerHello;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalControlTest {
  private static final int CONTROLLERS = 4;

  @TempDir private Path folder;

  /** What controls have posted that nobody should have given a reason for. */
  private final Queue<Event> unexpected = new ConcurrentLinkedQueue<>();

  @AfterEach
  void nothingElseWasPosted() {
    assertThat(unexpected).isEmpty();
  }

  @Test
  void controllersThatStartAtOnceOnAFreshHostAllGetTheirSocket() throws Exception {
    for (int round = 0; round < 50; round++) {
      var directory = Files.createDirectory(folder.resolve("run" + round));
      var together = new CyclicBarrier(CONTROLLERS);
      var opened = new ArrayList<Future<LocalControl>>();
      try (var threads = Executors.newFixedThreadPool(CONTROLLERS)) {
        for (int i = 0; i < CONTROLLERS; i++) {
          var id = "c" + i;
          opened.add(
              threads.submit(() -> {
                var lock = ControllerLock.acquire(id, directory);
                together.await(30, SECONDS);
                return open(lock, id);
              }));
        }
      }
      for (var control : opened) {
        control.get().close();
      }
    }
  }

  @Test
  void lockFileTellsWhichProcessHoldsTheLockAndWhetherItIsFree() {
    var file = LockFile.of(folder, "web-1");
    var ran = new ArrayList<String>();
    assertThat(LockFile.holder(file)).isZero();

    try (var lock = ControllerLock.acquire("web-1", folder)) {
      assertThat(lock.directory()).isEqualTo(folder);
      assertThat(LockFile.holder(file)).isEqualTo(ProcessHandle.current().pid());
      LockFile.ifFree(file, () -> ran.add("while it is held"));
    }
    LockFile.ifFree(file, () -> ran.add("when it is free"));
    assertThat(ran).containsExactly("when it is free");
  }

  @Test
  void idleConnectionsLockNobodyOutAndWhoeverFindsNoPlaceIsToldSo() throws Exception {
    var told = new LinkedBlockingQueue<Event>();
    try (var lock = ControllerLock.acquire("web-1", folder);
        var control = open(lock, "web-1", told::add)) {
      control.start();
      var socket = LocalSockets.socket(folder, Namespace.DEFAULT, "web-1");
      var idle = new ArrayList<SocketChannel>();
      try {
        for (int i = 0; i < Places.FOR_A_PROCESS; i++) {
          idle.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
          assertThat(lineOf(idle.getLast())).contains("controller.hello");
        }

        assertThat(SocketCaller.call(socket, true))
            .contains("controller.error", "\"code\":\"busy\"", "its process has 8 connections");
        assertThat(told.poll(30, SECONDS))
            .isInstanceOfSatisfying(
                Event.ConnectionRefused.class,
                refused ->
                    assertThat(refused.process())
                        .contains("process " + ProcessHandle.current().pid() + " (java)"));
        idle.getFirst().close();
        Await.until(() -> SocketCaller.call(socket, true).contains("controller.hello"));
      } finally {
        for (var each : idle) {
          each.close();
        }
      }
    }
  }

  @Test
  void bugThatOneClientMeetsKeepsNoOtherOut() throws Exception {
    var hello = ControllerHello.of("web-1", "host", "warrener", 1, "test", true);
    var hellos = new AtomicInteger();
    var orders = new AtomicInteger();
    try (var lock = ControllerLock.acquire("web-1", folder);
        var control =
            LocalControl.open(
                lock,
                Namespace.DEFAULT,
                "web-1",
                () -> {
                  if (hellos.incrementAndGet() == 1) {
                    throw new IllegalStateException("a bug, made by a test");
                  }
                  return hello;
                },
                event -> {
                  orders.incrementAndGet();
                  throw new IllegalStateException("a bug, made by a test");
                })) {
      control.start();
      var socket = LocalSockets.socket(folder, Namespace.DEFAULT, "web-1");

      assertThat(SocketCaller.call(socket, true)).doesNotContain("controller.hello");
      // More than there are places for one process: none is left taken.
      for (int i = 1; i <= 2 * Places.FOR_A_PROCESS; i++) {
        Await.until(() -> SocketCaller.call(socket, true).contains("controller.hello"));
        int count = i;
        Await.until(() -> orders.get() >= count);
      }
    }
  }

  @Test
  void socketThatWasRemovedOrReplacedIsMadeAgain() throws Exception {
    try (var lock = ControllerLock.acquire("web-1", folder);
        var control = open(lock, "web-1", event -> {})) {
      control.start();
      var socket = LocalSockets.socket(folder, Namespace.DEFAULT, "web-1");
      control.look();
      try (var open = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThat(lineOf(open)).contains("controller.hello");

        Files.delete(socket);
        control.look();
        assertThat(SocketCaller.call(socket, true)).contains("controller.hello");

        Files.delete(socket);
        try (var fake = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
          fake.bind(UnixDomainSocketAddress.of(socket));
          control.look();
          assertThat(SocketCaller.call(socket, true)).contains("controller.hello");
        }
        // What was open stays so.
        open.write(ByteBuffer.wrap(new byte[] {'x', '\n'}));
        assertThat(lineOf(open)).contains("controller.error");
      }
    }
  }

  @Test
  void connectionThatFindsNoThreadIsClosed() throws Exception {
    var path = folder.resolve("control").resolve("web-1@warrener.socket");
    var socket = ControlSocket.listen(path);
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      int descriptor = socket.accept();
      var ended = new ArrayList<LocalConnection>();
      var connection =
          new LocalConnection(descriptor, Peer.of(descriptor), (from, line) -> {}, ended::add);

      boolean hasStarted =
          connection.start(task -> {
            throw new OutOfMemoryError("unable to create native thread");
          });

      assertThat(hasStarted).isFalse();
      assertThat(ended).containsExactly(connection);
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    } finally {
      socket.shutDown();
      socket.close();
    }
  }

  private static String lineOf(SocketChannel channel) throws IOException {
    return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
  }

  private LocalControl open(ControllerLock lock, String id) {
    return open(lock, id, unexpected::add);
  }

  private static LocalControl open(ControllerLock lock, String id, Consumer<Event> events) {
    var hello = ControllerHello.of(id, "host", "warrener", 1, "test", true);
    return LocalControl.open(lock, Namespace.DEFAULT, id, () -> hello, events);
  }
}
