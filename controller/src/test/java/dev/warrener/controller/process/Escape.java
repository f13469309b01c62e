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
      "(setsid sh -c \"for root in \\$(grep -o '^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]*.* - cgroup2'"
          + " /proc/self/mountinfo | cut -d ' ' -f 5); do echo 0 > \\$root/cgroup.procs; done;"
          + " (sleep $seconds &)\" &)");

  private final String script;

  Escape(String script) {
    this.script = script;
  }

  /** Those that this user has the right to try. */
  static List<Escape> possible() {
    var possible = new ArrayList<>(List.of(values()));
    if (!"root".equals(System.getProperty("user.name"))) {
      possible.remove(DAEMON_OF_ANOTHER_USER);
      possible.remove(DAEMON_THAT_LEFT_ITS_CGROUP);
    }
    return possible;
  }

  /** A command in sh that leaves such a descendant and goes on. */
  String script(Sleeper sleeper) {
    return "seconds=" + sleeper.seconds() + "; export seconds; " + script;
  }
}
