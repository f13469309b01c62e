package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The other controllers that this one has received presence from. Immutable.
 *
 * <p>A controller is the broker user that publishes its presence. Another user that publishes the
 * same id is a rival, and the id is contested, until one of the two has been silent for {@link
 * #CLAIM}. A controller that has left can come back as any user. Whoever may report can make
 * controllers up, so the controllers that are silent are forgotten after a day, and the number of
 * all is bounded.
 *
 * @param seen the other controllers, by id
 */
public record OtherControllers(HashPMap<String, Seen> seen) {
  /** The time for which a silent user keeps others from taking its controller's id over. */
  public static final Duration CLAIM = Duration.ofMinutes(10);

  /** The time for which a silent controller is remembered. */
  public static final Duration REMEMBERED = Duration.ofDays(1);

  /** The most controllers that are remembered; of more, the longest silent one is forgotten. */
  public static final int MOST = 5000;

  /** The most rivals of one controller. */
  private static final int MOST_RIVALS = 10;

  /** No other controllers. */
  public static final OtherControllers NONE = new OtherControllers(HashTreePMap.empty());

  /**
   * Another controller.
   *
   * @param presence the last presence that was read
   * @param at when the controller was last heard, by our clock
   * @param user the broker user that it is; empty if its messages have no {@code user_id}
   * @param rivals when other users last published its id, by user
   */
  public record Seen(Presence presence, Instant at, String user, HashPMap<String, Instant> rivals) {

    /** Returns the users that have published its id lately, sorted. */
    public List<String> users(Instant now) {
      var users = new TreeSet<String>();
      users.add(user);
      rivals.forEach((rival, heardAt) -> {
        if (!isOver(heardAt, now)) {
          users.add(rival);
        }
      });
      return List.copyOf(users);
    }

    private Seen heard(Presence next, Instant now, String from) {
      if (from.equals(user)) {
        return new Seen(next, now, user, rivals);
      }
      if (presence.state() == ControllerState.LEFT || isOver(at, now)) {
        return new Seen(next, now, from, rivals.minus(from));
      }
      return rivals.size() < MOST_RIVALS || rivals.containsKey(from)
          ? new Seen(presence, at, user, rivals.plus(from, now))
          : this;
    }
  }

  private static boolean isOver(Instant heardAt, Instant now) {
    return heardAt.isBefore(now.minus(CLAIM));
  }

  /**
   * Returns a copy with a new presence of a controller.
   *
   * @param userId the user that published it, for whom the broker vouches, or null
   */
  public OtherControllers heard(Presence presence, Instant at, @Nullable String userId) {
    var user = Objects.requireNonNullElse(userId, "");
    var before = seen.get(presence.id());
    if (before != null) {
      return new OtherControllers(seen.plus(presence.id(), before.heard(presence, at, user)));
    }
    var others = seen.size() < MOST ? seen : withRoom(at);
    return new OtherControllers(
        others.plus(presence.id(), new Seen(presence, at, user, HashTreePMap.empty())));
  }

  /**
   * Returns the controllers without those that are forgotten, or without the longest silent one.
   */
  private HashPMap<String, Seen> withRoom(Instant now) {
    var remembered = seen;
    for (var entry : seen.entrySet()) {
      if (!isRemembered(entry.getValue(), now)) {
        remembered = remembered.minus(entry.getKey());
      }
    }
    if (remembered.size() < MOST) {
      return remembered;
    }
    var longest = seen.entrySet().stream().min(Comparator.comparing(one -> one.getValue().at()));
    return seen.minus(longest.orElseThrow().getKey());
  }

  /** Whether a controller was heard lately enough to be named in a roster. */
  public static boolean isRemembered(Seen one, Instant now) {
    return !one.at().isBefore(now.minus(REMEMBERED));
  }

  /** Returns a copy in which a known controller was heard, and its presence not read. */
  public OtherControllers seen(String id, Instant at) {
    var before = seen.get(id);
    return before == null
        ? this
        : new OtherControllers(
            seen.plus(id, new Seen(before.presence(), at, before.user(), before.rivals())));
  }

  /** The number of other controllers. */
  public int size() {
    return seen.size();
  }
}
