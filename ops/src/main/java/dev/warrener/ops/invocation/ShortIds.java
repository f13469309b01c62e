package dev.warrener.ops.invocation;

import dev.warrener.operator.text.Phrases;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ids that a person gives by their beginnings. */
public final class ShortIds {
  /** At least eight characters of an id in the form that Warrener makes. */
  private static final Pattern BEGINNING =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?");

  /** A UUIDv7 of the years from 2022 to 2039: what Warrener makes as the id of a task. */
  private static final Pattern MADE =
      Pattern.compile(
          "01[89a-f][0-9a-f]{5}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  /** An id of that form, whose end completes the beginning of another one. */
  private static final String SAMPLE = "01900000-0000-7000-8000-000000000000";

  /** The length from which a beginning can't be a name that somebody has chosen, such as a date. */
  private static final int LEAST_SURE = 9;

  private static final int MOST_SHOWN = 5;

  private ShortIds() {}

  /**
   * Whether a text may be the beginning of an id that Warrener has made. Ids that somebody else has
   * made have to be given whole where something is changed: t1 is not the beginning of t10.
   */
  public static boolean mayBegin(String given) {
    return !isWhole(given) && BEGINNING.matcher(given).matches();
  }

  /** Whether an id is one that Warrener has made. */
  public static boolean isMade(String id) {
    return MADE.matcher(id).matches();
  }

  /** Whether an id that is given is at least as long as one that Warrener makes. */
  public static boolean isWhole(String given) {
    return given.length() >= SAMPLE.length();
  }

  /**
   * Whether {@code given} is the beginning of {@code id}, which is as long as one that Warrener
   * makes. Whoever must know that it is one asks {@link #isMade} as well.
   */
  public static boolean begins(String given, String id) {
    return id.length() == SAMPLE.length() && id.startsWith(given) && mayBegin(given);
  }

  /** Whether a text can be nothing else than the beginning of an id that Warrener has made. */
  public static boolean isSurelyCut(String given) {
    return given.length() >= LEAST_SURE
        && mayBegin(given)
        && MADE.matcher(given + SAMPLE.substring(given.length())).matches();
  }

  /**
   * Returns the id that is meant: the one that was given whole, or the only one that begins with
   * it; null if there is none.
   *
   * @param things what the ids are of, as {@code running tasks}
   * @throws CommandFailure if several begin with it; it lists them
   */
  public static @Nullable String find(String given, Collection<String> ids, String things) {
    if (ids.contains(given)) {
      return given;
    }
    var begun = new TreeSet<String>();
    ids.stream().filter(id -> id.startsWith(given)).forEach(begun::add);
    return only(given, begun, things);
  }

  /**
   * Returns the only id of some that begin with {@code given}; null if there is none.
   *
   * @param things what the ids are of, as {@code running tasks}
   * @throws CommandFailure if there are several; it lists them
   */
  public static @Nullable String only(String given, SortedSet<String> begun, String things) {
    if (begun.size() > 1) {
      throw new CommandFailure(ExitStatus.UNKNOWN_TARGET, ambiguity(given, begun, things));
    }
    return begun.isEmpty() ? null : begun.first();
  }

  /** Returns that several ids begin with a text, and which. */
  public static String ambiguity(String given, Collection<String> begun, String things) {
    return Phrases.grouped(begun.size())
        + " "
        + things
        + " begin with "
        + given
        + ": give more of the id ("
        + Phrases.some(List.copyOf(begun), MOST_SHOWN)
        + ")";
  }
}
