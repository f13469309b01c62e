package dev.warrener.operator.connection;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.Known;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the controllers of this host, over their control sockets. A controller that
 * accepts the connection and says nothing is still expected to answer: it may be frozen.
 */
public final class LocalFleetConnection implements FleetConnection {
  private static final Duration HELLO_WITHIN = Duration.ofSeconds(2);

  private final List<Link> links;
  private final List<String> notAsked;
  private final InstantSource clock;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  private LocalFleetConnection(List<Link> links, List<String> notAsked, InstantSource clock) {
    this.links = links;
    this.notAsked = notAsked;
    this.clock = clock;
  }

  /**
   * Connects to every controller of a fleet on this host.
   *
   * @param directories the runtime directories to look in
   * @throws UnknownTargetException if no controller of the fleet runs here
   * @throws NotAllowedException if this user may not give orders to any of the controllers
   */
  public static LocalFleetConnection open(
      List<Path> directories, Namespace namespace, InstantSource clock)
      throws InterruptedException {
    var found = LocalSockets.find(directories);
    var others = new TreeSet<String>();
    var links = new ArrayList<Link>();
    var notAsked = new ArrayList<String>();
    var connection = new LocalFleetConnection(links, notAsked, clock);
    for (var socket : found.sockets()) {
      if (LocalSockets.isOf(socket, namespace)) {
        links.add(connection.new Link(socket));
      } else {
        others.add(LocalSockets.namespaceOf(socket));
      }
    }
    long deadline = System.nanoTime() + HELLO_WITHIN.toNanos();
    for (var link : links) {
      link.awaitAnswer(deadline - System.nanoTime());
    }
    var closed = new ArrayList<>(found.closed());
    links.stream().filter(link -> link.isForbidden).forEach(link -> closed.add(link.socket));
    links.removeIf(link -> link.isOver);
    if (links.isEmpty()) {
      throw nobody(directories, namespace, closed, others);
    }
    closed.forEach(place -> notAsked.add(refusal(place)));
    return connection;
  }

  private static RuntimeException nobody(
      List<Path> directories, Namespace namespace, List<Path> closed, Collection<String> others) {
    if (!closed.isEmpty()) {
      return new NotAllowedException(
          String.join("; ", closed.stream().map(LocalFleetConnection::refusal).toList())
              + " (nothing was sent)",
          null);
    }
    return new UnknownTargetException(
        "no controller of fleet "
            + namespace.name()
            + " runs on this host (looked in "
            + String.join(", ", directories.stream().map(Path::toString).toList())
            + ")"
            + (others.isEmpty()
                ? ""
                : "; there are controllers of another fleet: --namespace "
                    + String.join(" or ", others)));
  }

  private static String refusal(Path place) {
    String who = "its user, its group and root";
    try {
      var attributes = Files.readAttributes(place, PosixFileAttributes.class);
      who =
          "user "
              + attributes.owner().getName()
              + ", group "
              + attributes.group().getName()
              + " and root";
    } catch (IOException e) {
      // This user may not even see the owner.
    }
    return place + " is for " + who + " alone: run this as one of them";
  }

  @Override
  public Optional<Heard> next(Duration patience) throws InterruptedException {
    return Optional.ofNullable(heard.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS));
  }

  @Override
  public Sent send(Order order) {
    var lost = new ArrayList<String>();
    for (var link : links) {
      if (!link.write(ContractJson.write(order))) {
        lost.add(link.controller());
      }
    }
    if (lost.size() == links.size()) {
      return new Sent.NobodyListens(false);
    }
    return new Sent.Broadcast(
        lost.isEmpty()
            ? Optional.empty()
            : Optional.of("the connection to " + String.join(", ", lost) + " is lost"));
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public Collection<Known> expected() {
    return links.stream().map(Link::known).toList();
  }

  @Override
  public Optional<String> lastResort(String controller) {
    return links.stream()
        .filter(link -> link.controller().equals(controller))
        .map(link -> link.pid())
        .filter(pid -> pid > 0)
        .findFirst()
        .map(pid ->
            "Its process is "
                + pid
                + ": \"kill -KILL "
                + pid
                + "\" ends it, and its workers end with it.");
  }

  /** Returns a sentence for each socket or folder of sockets that this user may not use. */
  public List<String> notAsked() {
    return List.copyOf(notAsked);
  }

  /** Always empty: here only connected controllers count, and their names are known. */
  @Override
  public OptionalInt armed() {
    return OptionalInt.empty();
  }

  @Override
  public OptionalInt running() {
    return OptionalInt.empty();
  }

  @Override
  public int pullTripwire() {
    throw new UnsupportedOperationException("the tripwire is the broker's");
  }

  @Override
  public boolean queueExists(String queue) {
    return false;
  }

  @Override
  public boolean hasMissed() {
    return false;
  }

  @Override
  public void close() {
    links.forEach(Link::close);
  }

  /** The connection to one controller. */
  private final class Link {
    private final Path socket;
    private final Instant since = clock.instant();
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile @Nullable SocketChannel channel;
    private volatile @Nullable ControllerHello hello;
    private volatile boolean isOver;
    private volatile boolean isForbidden;

    Link(Path socket) {
      this.socket = socket;
      var reader = new Thread(this::run, "local-fleet");
      reader.setDaemon(true);
      reader.start();
    }

    void awaitAnswer(long nanos) throws InterruptedException {
      // A controller that accepts and says nothing stays on the list.
      boolean unused = answered.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    String controller() {
      var said = hello;
      return said == null ? LocalSockets.controllerOf(socket) : said.controller();
    }

    long pid() {
      var said = hello;
      return said == null ? LocalSockets.pidOf(socket) : said.pid();
    }

    Known known() {
      var said = hello;
      return new Known(
          controller(), said == null ? "" : said.host(), since, RosterState.LIVE, null);
    }

    private void run() {
      try (var opened = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        opened.connect(UnixDomainSocketAddress.of(socket));
        channel = opened;
        try (var lines =
            new BufferedReader(
                new InputStreamReader(
                    new BufferedInputStream(Channels.newInputStream(opened)),
                    StandardCharsets.UTF_8))) {
          for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            take(line.getBytes(StandardCharsets.UTF_8));
          }
        }
      } catch (ConnectException e) {
        // Nobody listens: a dead controller has left its socket behind.
        LocalSockets.removeIfDead(socket);
      } catch (IOException e) {
        isForbidden = channel == null && !Files.isWritable(socket) && Files.exists(socket);
      }
      isOver = true;
      answered.countDown();
    }

    private void take(byte[] line) {
      try {
        if (hello == null) {
          hello = ContractJson.read(line, ControllerHello.class);
          answered.countDown();
          return;
        }
        heard.add(
            new Heard.OfReport(
                ofThisHostAlone(ContractJson.read(line, Report.class)), clock.instant()));
      } catch (MalformedMessageException e) {
        // A message of a later release.
      }
    }

    boolean write(byte[] json) {
      var opened = channel;
      if (opened == null || isOver) {
        return false;
      }
      try {
        var bytes = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
        while (bytes.hasRemaining()) {
          opened.write(bytes);
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    void close() {
      var opened = channel;
      try {
        if (opened != null) {
          opened.close();
        }
      } catch (IOException e) {
        // The connection is over either way.
      }
    }
  }

  /** Returns a report without the roster: other hosts do not have to answer here. */
  private static Report ofThisHostAlone(Report report) {
    return report instanceof ControllerHeard heard
        ? new ControllerHeard(
            heard.version(),
            heard.order(),
            heard.controller(),
            heard.host(),
            heard.at(),
            heard.sequence(),
            heard.expected(),
            List.of(),
            heard.presence())
        : report;
  }
}
