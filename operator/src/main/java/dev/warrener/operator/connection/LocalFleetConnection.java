package dev.warrener.operator.connection;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.local.SocketSearch;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A connection to the controllers of this host, over their control sockets. A controller that
 * accepts the connection and says nothing is still expected to answer: it may be frozen.
 */
public final class LocalFleetConnection implements FleetConnection {
  private static final Duration HELLO_WITHIN = Duration.ofSeconds(2);

  /** The most bytes that are read from the controllers of one user about one order. */
  private static final long MOST_BYTES = 32L << 20;

  private final List<LocalLink> links = new ArrayList<>();
  private final Map<UserPrincipal, AtomicLong> budgets = new HashMap<>();
  private final List<String> notAsked = new ArrayList<>();
  private final InstantSource clock;
  private final Instant since;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  /** The ids that several controllers have here. */
  private volatile Set<String> ambiguous = Set.of();

  private LocalFleetConnection(InstantSource clock) {
    this.clock = clock;
    this.since = clock.instant();
  }

  /**
   * Connects to every controller of a fleet on this host.
   *
   * @param directories the runtime directories to look in
   * @param areChosen whether a person has named the directories
   * @throws UnknownTargetException if no controller of the fleet runs here
   * @throws NotAllowedException if this user may not give orders to any of the controllers
   */
  public static LocalFleetConnection open(
      List<Path> directories, boolean areChosen, Namespace namespace, InstantSource clock)
      throws InterruptedException {
    var found = SocketSearch.find(directories, areChosen);
    var connection = new LocalFleetConnection(clock);
    var others = new TreeSet<String>();
    for (var socket : found.sockets()) {
      if (LocalSockets.isOf(socket.path(), namespace)) {
        connection.link(socket, namespace);
      } else {
        others.add(LocalSockets.namespaceOf(socket.path()));
      }
    }
    connection.awaitAnswers();
    var closed = new ArrayList<>(found.closed());
    var refused = new ArrayList<String>();
    for (var link : connection.links) {
      if (link.isForbidden()) {
        closed.add(link.socket().path());
      }
      if (link.refusal() != null) {
        refused.add(link.refusal());
      }
    }
    connection.links.removeIf(LocalLink::isOver);
    connection.ambiguous = ambiguous(connection.links);
    if (connection.links.isEmpty()) {
      throw nobody(directories, namespace, closed, refused, found.passedOver(), others);
    }
    closed.forEach(place -> connection.notAsked.add(refusal(place)));
    connection.notAsked.addAll(refused);
    connection.notAsked.addAll(found.passedOver());
    return connection;
  }

  private void link(SocketSearch.Socket socket, Namespace namespace) {
    var budget = budgets.computeIfAbsent(socket.owner(), owner -> new AtomicLong(MOST_BYTES));
    links.add(new LocalLink(socket, namespace, budget, this::hear));
  }

  private void awaitAnswers() throws InterruptedException {
    long deadline = System.nanoTime() + HELLO_WITHIN.toNanos();
    for (var link : links) {
      link.awaitAnswer(deadline - System.nanoTime());
    }
  }

  private static Set<String> ambiguous(List<LocalLink> links) {
    var seen = new HashSet<String>();
    return links.stream()
        .map(LocalLink::controller)
        .filter(controller -> !seen.add(controller))
        .collect(Collectors.toSet());
  }

  /**
   * Returns what a controller is called here: its id, or its id and its user if several controllers
   * of this host have that id and it is another user's.
   */
  private String name(LocalLink link) {
    return ambiguous.contains(link.controller()) && !link.isOwn()
        ? link.controller() + " of user " + link.socket().owner().getName()
        : link.controller();
  }

  private void hear(LocalLink link, Report report) {
    heard.add(new Heard.OfReport(ofThisHostAlone(report, name(link)), clock.instant()));
  }

  private static RuntimeException nobody(
      List<Path> directories,
      Namespace namespace,
      List<Path> closed,
      List<String> refused,
      List<String> passedOver,
      Collection<String> others) {
    var sentences = new ArrayList<>(closed.stream().map(LocalFleetConnection::refusal).toList());
    sentences.addAll(refused);
    if (!sentences.isEmpty()) {
      sentences.addAll(passedOver);
      return new NotAllowedException(String.join("; ", sentences) + " (nothing was sent)", null);
    }
    return new UnknownTargetException(
        "no controller of fleet "
            + namespace.name()
            + " runs on this host (looked in "
            + String.join(", ", directories.stream().map(Path::toString).toList())
            + ")"
            + (passedOver.isEmpty() ? "" : "; " + String.join("; ", passedOver))
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
    budgets.values().forEach(budget -> budget.set(MOST_BYTES));
    for (var link : links) {
      if (!link.send(ContractJson.write(order))) {
        lost.add(name(link) + " (" + link.whyUnreached() + ")");
      }
    }
    if (lost.size() == links.size()) {
      return new Sent.NobodyListens(false);
    }
    return new Sent.Broadcast(
        lost.isEmpty()
            ? Optional.empty()
            : Optional.of("the order did not reach " + String.join(", ", lost)));
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public Collection<KnownController> expected() {
    return links.stream()
        .map(link -> new KnownController(name(link), link.host(), since, RosterState.LIVE, null))
        .toList();
  }

  @Override
  public Optional<String> lastResort(String controller) {
    return links.stream()
        .filter(link -> name(link).equals(controller))
        .findFirst()
        .map(LocalFleetConnection::lastResort);
  }

  /** Names no process but one that the kernel has named. */
  private static String lastResort(LocalLink link) {
    long pid = LocalSockets.pidOf(link.socket().path());
    var owner = "user " + link.socket().owner().getName();
    return pid == 0
        ? "Nobody can tell which process it is: no visible process of "
            + owner
            + " holds its lock. It may not be a controller at all ("
            + link.socket().path()
            + ")."
        : "Its process is "
            + pid
            + " of "
            + owner
            + ": \"kill -KILL "
            + pid
            + "\" ends it, and its workers end with it.";
  }

  /** Returns a sentence for each socket or folder of sockets that was not asked, and why. */
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
    links.forEach(LocalLink::close);
  }

  /**
   * Returns a report under a controller's name here, and without the roster: other hosts do not
   * have to answer.
   */
  private static Report ofThisHostAlone(Report said, String name) {
    var report = said.controller().equals(name) ? said : renamed(said, name);
    return report instanceof ControllerHeard heard
        ? heard.with(List.of(), heard.presence())
        : report;
  }

  private static Report renamed(Report report, String name) {
    @SuppressWarnings("unchecked")
    Map<String, Object> fields = ContractJson.convert(report, LinkedHashMap.class);
    fields.put("controller", name);
    return ContractJson.convert(fields, Report.class);
  }
}
