package dev.warrener.messaging.broker;

import com.rabbitmq.client.Channel;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Declaration.Binding;
import dev.warrener.messaging.broker.Declaration.Exchange;
import dev.warrener.messaging.broker.Declaration.Queue;
import dev.warrener.messaging.broker.Requests.Presence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/**
 * Declares the fleet's exchanges and queues. Declaring an existing one changes nothing. If the user
 * has no right to declare, existing ones are used as they are. Each call takes at most a few
 * request timeouts. Not thread-safe.
 */
public final class Topology {
  /** The arguments that an operator may choose for a queue. All are numbers. */
  private static final Set<String> CHOSEN =
      Set.of("x-max-length", "x-max-priority", "x-consumer-timeout");

  private final Requests requests;
  private final Dialect dialect;
  private final Namespace namespace;

  public Topology(Requests requests, Dialect dialect) {
    this.requests = requests;
    this.dialect = dialect;
    this.namespace = requests.access().namespace();
  }

  /**
   * Declares the exchanges, the order log, the tripwire and the running queue. The fleet is new as
   * long as it has no running queue, and the tripwire is made only then: on an existing fleet a
   * missing one has been pulled.
   *
   * <p>The tripwire and the running queue may belong to another connection alone: somebody else has
   * made them. Orders must arrive all the same, so these queues are then left as they are.
   *
   * @throws TopologyMismatchException if one exists with other properties
   * @throws NotAllowedException if one is missing and may not be made
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public DeclaredTopology declareFleet() {
    boolean created = look(namespace.runningQueue()) == Presence.MISSING;
    boolean tripped = !created && look(namespace.armedQueue()) == Presence.MISSING;
    boolean mayMake = true;
    var locked = new ArrayList<String>();
    for (var declaration : dialect.fleet(namespace)) {
      boolean pulled = tripped && declaration.equals(tripwire());
      if (pulled) {
        continue;
      }
      try {
        mayMake &= declare(declaration, mayMake);
      } catch (BrokerException e) {
        if (!BrokerErrors.isLocked(e)
            || !(declaration instanceof Queue queue)
            || !Set.of(namespace.armedQueue(), namespace.runningQueue()).contains(queue.name())) {
          throw e;
        }
        locked.add(queue.name());
      }
    }
    return new DeclaredTopology(created, tripped, locked);
  }

  /**
   * Declares the tasks exchange, the queue of tasks {@code queue}, its dead letters and its retry
   * queues, with their bindings.
   *
   * @throws IllegalArgumentException if the name can't be used
   * @throws TopologyMismatchException if one exists with other properties
   * @throws NotAllowedException if one is missing and may not be made, or may not even be seen
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public void declareQueue(String queue, QueueSettings settings) {
    declareQueue(queue, settings, false);
  }

  /**
   * Declares a queue of tasks as {@link #declareQueue} does, for whoever serves it: if it exists,
   * it keeps the settings that an operator may have chosen for it ({@link QueueSettings}).
   *
   * @throws TopologyMismatchException if it exists with properties that can't be served
   */
  public void declareServedQueue(String queue, QueueSettings settings) {
    declareQueue(queue, settings, true);
  }

  /**
   * Declares what keeps the names of the queues of tasks. A fleet works without it: a broker whose
   * definitions are of an earlier release does not have it.
   *
   * @throws NotAllowedException if it is missing and may not be made
   * @throws TopologyMismatchException if it exists with other properties
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public void declareRegistry() {
    boolean mayMake = true;
    for (var declaration : dialect.registry(namespace)) {
      mayMake &= declare(declaration, mayMake);
    }
  }

  private void declareQueue(String queue, QueueSettings settings, boolean takesChosen) {
    Names.requireQueue(queue);
    for (var planned : dialect.queue(namespace, queue, settings)) {
      var declaration =
          takesChosen
                  && planned instanceof Queue tasks
                  && tasks.name().equals(namespace.taskQueue(queue))
              ? asItIs(tasks)
              : planned;
      // A program that may make queues need not have the right to make exchanges.
      boolean declared = declare(declaration, !(declaration instanceof Exchange));
      if (!declared && declaration instanceof Queue unmade) {
        requireSeen(unmade);
      }
    }
  }

  /**
   * Returns a queue of tasks with the settings of the existing one that may differ. The broker
   * names one difference at a time; one of another kind is left for the declaration to find.
   */
  private Queue asItIs(Queue tasks) {
    var next = tasks;
    for (int i = 0; i <= CHOSEN.size(); i++) {
      try {
        declare(next, true);
        return next;
      } catch (TopologyMismatchException e) {
        var argument = e.argument();
        var found = e.found();
        if (argument == null
            || !CHOSEN.contains(argument)
            || (found != null && !found.matches("[0-9]{1,18}"))) {
          return next;
        }
        var arguments = new HashMap<String, Object>(next.arguments());
        arguments.remove(argument);
        if (found != null) {
          arguments.put(argument, Long.valueOf(found));
        }
        next = new Queue(next.name(), arguments);
      }
    }
    return next;
  }

  /**
   * Makes the tripwire again, after a resume. Does nothing if it is there.
   *
   * @throws NotAllowedException if it is missing and may not be made
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public void declareTripwire() {
    declare(tripwire(), true);
  }

  /**
   * Makes the tripwire or the running queue, if it is not there.
   *
   * @return false if it belongs to another connection alone
   * @throws NotAllowedException if it is missing and may not be made
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public boolean declareCountingQueue(String queue) {
    try {
      declare(new Queue(queue, dialect.alwaysEmptyQueue()), true);
      return true;
    } catch (BrokerException e) {
      if (BrokerErrors.isLocked(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Deletes all that a fleet has at the broker, tasks and the log of orders included: for a fleet
   * that was made for one run, such as a demo's. Parts that do not exist are skipped.
   *
   * @param queues the fleet's queues of tasks
   * @throws NotAllowedException if something may not be deleted
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public void removeFleet(List<String> queues) {
    var all = new ArrayList<Declaration>();
    // Queues of tasks before their dead letters: on Qpid a deleted queue's messages move there.
    for (var queue : queues) {
      all.addAll(reversed(dialect.queue(namespace, queue, QueueSettings.DEFAULT)));
    }
    all.addAll(reversed(dialect.registry(namespace)));
    all.addAll(reversed(dialect.fleet(namespace)));
    for (var declaration : all) {
      try {
        requests.tell(declaration.describe(), channel -> remove(declaration, channel));
      } catch (NoSuchQueueException e) {
        // Qpid minds; it is gone, which is what was wanted.
      }
    }
  }

  private static List<Declaration> reversed(List<Declaration> declarations) {
    var copy = new ArrayList<>(declarations);
    Collections.reverse(copy);
    return copy;
  }

  private static void remove(Declaration declaration, Channel channel) throws IOException {
    if (declaration instanceof Exchange exchange) {
      channel.exchangeDelete(exchange.name());
    } else if (declaration instanceof Queue queue) {
      channel.queueDelete(queue.name());
    }
  }

  /**
   * To a user without any right on a queue RabbitMQ 4.3 doesn't say whether it is there. Whoever
   * wants a queue of tasks must at least be able to see it: it can't be taken as given unseen.
   */
  private void requireSeen(Queue queue) {
    requests.tell(queue.describe(), channel -> channel.queueDeclarePassive(queue.name()));
  }

  private Queue tripwire() {
    return new Queue(namespace.armedQueue(), dialect.alwaysEmptyQueue());
  }

  private Presence look(String queue) {
    return requests.look("the queue " + queue, channel -> channel.queueDeclarePassive(queue));
  }

  /**
   * Makes one thing, or sees that it is there.
   *
   * @param makeFirst try to make it before looking: that checks its properties, too, but a refusal
   *     stands in the broker's log
   * @return whether it could be declared, and had not only to be looked at
   */
  private boolean declare(Declaration declaration, boolean makeFirst) {
    var what = declaration.describe();
    if (makeFirst) {
      try {
        requests.tell(what, channel -> make(declaration, channel));
        return true;
      } catch (NotAllowedException e) {
        if (see(declaration) == Presence.MISSING) {
          throw e;
        }
        return false;
      }
    }
    if (see(declaration) == Presence.MISSING) {
      requests.tell(what, channel -> make(declaration, channel));
      return true;
    }
    return false;
  }

  private static void make(Declaration declaration, Channel channel) throws IOException {
    if (declaration instanceof Exchange exchange) {
      channel.exchangeDeclare(exchange.name(), exchange.type(), true);
    } else if (declaration instanceof Queue queue) {
      channel.queueDeclare(queue.name(), true, false, false, queue.arguments());
    } else if (declaration instanceof Binding binding) {
      channel.queueBind(binding.queue(), binding.exchange(), binding.routingKey());
    }
  }

  /** Looks for one thing. Bindings can't be seen; one that may not be made counts as there. */
  private Presence see(Declaration declaration) {
    if (declaration instanceof Exchange exchange) {
      return requests.look(
          exchange.describe(), channel -> channel.exchangeDeclarePassive(exchange.name()));
    }
    return declaration instanceof Queue queue ? look(queue.name()) : Presence.HIDDEN;
  }
}
