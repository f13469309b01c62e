package dev.warrener.controller.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A way in which a worker's process leaves descendants behind. The last of them is a {@code sleep}
 * for a number of seconds that nothing else on the host sleeps for, by which the test finds it.
 */
enum Escape {
  CHILD("sleep $seconds &"),
  GRANDCHILD("sh -c \"sleep $seconds & wait\" &"),
  ORPHAN("(sleep $seconds &)"),
  NOHUP("nohup sleep $seconds >/dev/null 2>&1 &"),
  SETSID("setsid sleep $seconds &"),
  DAEMON("(setsid sh -c \"(sleep $seconds &)\" </dev/null >/dev/null 2>&1 3>&- 4<&- &)"),
  DAEMON_WITH_CLEAN_ENVIRONMENT("(setsid env -i /bin/sh -c \"(sleep $seconds &)\" &)"),
  DAEMON_OF_ANOTHER_USER(
      "(setpriv --reuid 65534 --regid 65534 --clear-groups setsid sh -c \"(sleep $seconds &)\" &)"),
  DAEMON_THAT_LEFT_ITS_CGROUP(
      Escape.LEAVE + "; (setsid sh -c 'eval \"$leave\"; (sleep $seconds &)' &)"),
  DAEMON_THAT_CHANGED_ITS_MARK(
      "(setsid sh -c '{ ulimit -S -w 7 || ulimit -S -x 7; } 2>/dev/null; (sleep $seconds &)' &)"),
  DAEMON_OUTSIDE_THAT_CHANGED_ITS_MARK(
      Escape.LEAVE
          + "; (setsid sh -c 'eval \"$leave\"; { ulimit -S -w 7 || ulimit -S -x 7; } 2>/dev/null;"
          + " (sleep $seconds &)' &)");

  /**
   * Sets a variable to commands by which a process leaves its cgroup: root enters the uppermost
   * one; another user can if the cgroups around are its own, and enters one that it makes.
   */
  static final String LEAVE =
      "leave='for root in $(grep cgroup2 /proc/self/mountinfo | cut -d \" \" -f 5); do"
          + " beside=$root$(sed -n s/^0:://p /proc/self/cgroup)-left;"
          + " echo 0 > $root/cgroup.procs ||"
          + " { mkdir -p $beside && echo 0 > $beside/cgroup.procs; }; done 2>/dev/null';"
          + " export leave";

  private final String script;

  Escape(String script) {
    this.script = script;
  }

  /** Those that this user has the right to try, and that no kill leaves alive. */
  static List<Escape> possible() {
    var possible = new ArrayList<>(List.of(values()));
    possible.removeIf(Escape::changesItsMark);
    if (!"root".equals(System.getProperty("user.name"))) {
      possible.remove(DAEMON_OF_ANOTHER_USER);
    }
    return possible;
  }

  /** Whether nothing shows any more to which worker it belongs. */
  boolean changesItsMark() {
    return this == DAEMON_THAT_CHANGED_ITS_MARK || this == DAEMON_OUTSIDE_THAT_CHANGED_ITS_MARK;
  }

  /** A command in sh that leaves such a descendant and goes on. */
  String script(Sleeper sleeper) {
    return "seconds=" + sleeper.seconds() + "; export seconds; " + script;
  }
}
