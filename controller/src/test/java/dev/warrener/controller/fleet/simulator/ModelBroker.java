package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model of RabbitMQ as the contract uses it: queues with their retry queues and dead letters,
 * consumers with a prefetch, deliveries that go back to the head of their queue when they are
 * returned or their session ends, the log of orders, and the tripwire.
 */
final class ModelBroker {
  static final List<String> QUEUES = List.of("mail", "thumbs", "prints");

  /** One connection of one controller for tasks, as the broker sees it. */
  static final class Session {
    final String controller;
    final long generation;
    boolean open = true;

    /** Nothing gets through any more, and neither side has noticed yet. */
    boolean cut;

    private final Map<String, Integer> prefetch = new TreeMap<>();
    private final Map<String, Integer> channels = new HashMap<>();
    private final Map<DeliveryKey, Letter> unsettled = new LinkedHashMap<>();
    private long tag;

    private Session(String controller, long generation) {
      this.controller = controller;
      this.generation = generation;
    }

    boolean works() {
      return open && !cut;
    }

    boolean holds(DeliveryKey key) {
      return unsettled.containsKey(key);
    }

    boolean consumes(String queue) {
      return prefetch.containsKey(queue);
    }

    void consume(String queue, int most) {
      prefetch.put(queue, most);
    }

    void cancel(String queue) {
      prefetch.remove(queue);
    }

    private int inHand(String queue) {
      int all = 0;
      for (var key : unsettled.keySet()) {
        all += key.queue().equals(queue) ? 1 : 0;
      }
      return all;
    }
  }

  private final Map<String, Deque<Letter>> ready = new TreeMap<>();
  private final PriorityQueue<Letter> retries =
      new PriorityQueue<>(
          Comparator.comparing((Letter letter) -> letter.due).thenComparingLong(one -> one.number));
  private final Map<String, List<Letter>> dead = new HashMap<>();
  private final Map<String, Integer> copies = new HashMap<>();
  private final List<Session> sessions = new ArrayList<>();
  private long letters;

  /** Every order ever published, oldest first; some twice. */
  final List<HeardOrder> log = new ArrayList<>();

  boolean armed = true;
  boolean up = true;
  boolean blocked;

  ModelBroker() {
    for (var queue : QUEUES) {
      ready.put(queue, new ArrayDeque<>());
    }
  }

  private Deque<Letter> ready(String queue) {
    var letters = ready.get(queue);
    if (letters == null) {
      throw new AssertionError("there is no queue " + queue);
    }
    return letters;
  }

  // Publishing.

  void publish(Task task, Instant now) {
    route(task.queue(), task, now);
  }

  /** Takes a message by its routing key: a queue, its dead letters, or one of its retry queues. */
  void route(String key, Task task, Instant now) {
    letters++;
    var letter = new Letter(task, letters, now);
    if (key.endsWith(".dead")) {
      dead.computeIfAbsent(task.id(), id -> new ArrayList<>()).add(letter);
      return;
    }
    copies.merge(task.id(), 1, Integer::sum);
    int retry = key.indexOf(".retry.");
    if (retry < 0) {
      ready(key).addLast(letter);
    } else {
      letter.due = now.plus(Duration.ofSeconds(Long.parseLong(key.substring(retry + 7))));
      retries.add(letter);
    }
  }

  /** Hands back what has waited in the retry queues for long enough, and buries what expired. */
  void tick(Instant now) {
    while (!retries.isEmpty() && !retries.peek().due.isAfter(now)) {
      var letter = retries.remove();
      ready(letter.task.queue()).addLast(letter);
    }
    for (var queue : ready.values()) {
      var head = queue.peekFirst();
      if (head != null && head.task.expiration() != null && head.task.publishedAt() != null) {
        if (now.isAfter(head.task.publishedAt().plus(head.task.expiration()))) {
          queue.removeFirst();
          gone(head);
          dead.computeIfAbsent(head.task.id(), id -> new ArrayList<>()).add(head);
        }
      }
    }
  }

  @Nullable Instant nextDue() {
    var first = retries.peek();
    return first == null ? null : first.due;
  }

  private void gone(Letter letter) {
    copies.merge(letter.task.id(), -1, Integer::sum);
  }

  /** How many messages of a task wait or are in somebody's hand. */
  int copies(String task) {
    return copies.getOrDefault(task, 0);
  }

  boolean isDead(String task) {
    return dead.containsKey(task);
  }

  Collection<List<Letter>> deadLetters() {
    return dead.values();
  }

  boolean isEmpty() {
    return retries.isEmpty()
        && ready.values().stream().allMatch(Deque::isEmpty)
        && sessions.stream().allMatch(session -> session.unsettled.isEmpty());
  }

  // Sessions.

  Session connect(String controller, long generation) {
    var session = new Session(controller, generation);
    sessions.add(session);
    return session;
  }

  /** The session is over: what it had not settled goes back to where it was. */
  void end(Session session) {
    if (!session.open) {
      return;
    }
    session.open = false;
    sessions.remove(session);
    giveBack(session, new ArrayList<>(session.unsettled.keySet()));
    session.prefetch.clear();
  }

  /** One channel is over. */
  void endChannel(Session session, String queue) {
    session.prefetch.remove(queue);
    session.channels.merge(queue, 1, Integer::sum);
    var back = new ArrayList<DeliveryKey>();
    for (var key : session.unsettled.keySet()) {
      if (key.queue().equals(queue)) {
        back.add(key);
      }
    }
    giveBack(session, back);
  }

  private void giveBack(Session session, List<DeliveryKey> keys) {
    for (int i = keys.size() - 1; i >= 0; i--) {
      var letter = session.unsettled.remove(keys.get(i));
      if (letter != null) {
        ready(letter.task.queue()).addFirst(letter);
      }
    }
  }

  /** Whether the broker could hand a message of a queue to a session. */
  boolean canDeliver(Session session, String queue) {
    Integer most = session.prefetch.get(queue);
    return most != null
        && session.works()
        && up
        && !ready(queue).isEmpty()
        && session.inHand(queue) < most;
  }

  DeliveryKey deliver(Session session, String queue) {
    var letter = ready(queue).removeFirst();
    letter.deliveries++;
    session.tag++;
    long channel = session.channels.getOrDefault(queue, 0);
    var key = new DeliveryKey(session.generation, queue, channel << 40 | session.tag);
    session.unsettled.put(key, letter);
    return key;
  }

  @Nullable Letter letter(Session session, DeliveryKey key) {
    return session.unsettled.get(key);
  }

  /** Returns the message that is gone by it, or null if it came too late. */
  @Nullable Letter acknowledge(Session session, DeliveryKey key) {
    var letter = session.works() ? session.unsettled.remove(key) : null;
    if (letter != null) {
      gone(letter);
    }
    return letter;
  }

  void requeue(Session session, DeliveryKey key) {
    var letter = session.works() ? session.unsettled.remove(key) : null;
    if (letter != null) {
      ready(key.queue()).addFirst(letter);
    }
  }

  /** Takes out all that waits in a queue and in its retry queues. */
  List<Letter> takeWaiting(String queue) {
    var all = new ArrayList<>(ready(queue));
    ready(queue).clear();
    for (var letter : List.copyOf(retries)) {
      if (letter.task.queue().equals(queue)) {
        retries.remove(letter);
        all.add(letter);
      }
    }
    all.forEach(this::gone);
    return all;
  }

  @Override
  public String toString() {
    return "ready "
        + ready
        + ", retries "
        + retries
        + ", in hand "
        + sessions.stream().map(session -> session.controller + session.unsettled).toList();
  }
}
