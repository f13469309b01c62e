package dev.warrener.controller.process;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a worker does by which it, or what it leaves behind, might outlive a kill. Each
 * has a row in {@code docs/containment.md}, under its title. All of its processes hold descriptor 9
 * open: when nobody does any more, all are dead, and that is seen without any look at processes.
 */
enum Misdeed {
  CHILD("a child", Escape.CHILD),
  GRANDCHILD("a grandchild", Escape.GRANDCHILD),
  ORPHAN("the orphan of a background shell", Escape.ORPHAN),
  NOHUP("`nohup … &`", Escape.NOHUP),
  SETSID("`setsid`", Escape.SETSID),
  DAEMON("a daemon (forked twice, own session)", Escape.DAEMON),
  DAEMON_WITH_CLEAN_ENVIRONMENT(
      "a daemon with a wiped environment", Escape.DAEMON_WITH_CLEAN_ENVIRONMENT),
  DAEMON_OF_ANOTHER_USER("a daemon under another user", Escape.DAEMON_OF_ANOTHER_USER),
  DAEMON_THAT_LEFT_ITS_CGROUP(
      "a daemon that moved out of its cgroup", Escape.DAEMON_THAT_LEFT_ITS_CGROUP),
  WORKER_THAT_LEFT_ITS_CGROUP(
      "a worker that moved out of its cgroup itself",
      // Alone: nothing but itself shows where it was.
      Escape.LEAVE + "\neval \"$leave\"\necho up; exec sleep 100000000"),
  IGNORES_SIGTERM(
      "a worker that ignores SIGTERM", "trap '' TERM\necho up; while :; do sleep 1000; done"),
  STOPPED("a worker stopped by SIGSTOP", "echo up; kill -STOP $$"),
  COUNTED_LOOP(
      "a JVM in a counted loop without a safepoint", "exec $java -XX:+UseSerialGC $stuck counted"),
  NATIVE_CODE("a JVM that spins in native code", "exec $java -Xmx160m $stuck native"),
  OUT_OF_MEMORY("a JVM in an out-of-memory loop", "exec $java -Xmx16m $stuck memory"),
  CHAIN(
      "a chain: each process forks the next and ends",
      "link='echo link >&9; sh -c \"$link\" & exit'; export link\n"
          + "setsid sh -c \"$link\"\necho up; while :; do sleep 1000; done"),
  CHAIN_OUTSIDE(
      "such a chain, moved out of its cgroup",
      "link='echo link >&9; sh -c \"$link\" & exit'; export link\n"
          + Escape.LEAVE
          + "\nsetsid sh -c 'eval \"$leave\"; eval \"$link\"'\n"
          + "echo up; while :; do sleep 1000; done"),
  CHAIN_OF_SESSIONS(
      "a chain of which each link has a session of its own",
      "link='echo link >&9; setsid sh -c \"$link\" & exit'; export link\n"
          + "setsid sh -c \"$link\"\necho up; while :; do sleep 1000; done"),
  /** Each forks for ever; who can't ends, and makes room for the next. */
  FORK_BOMB(
      "a fork bomb",
      "setsid sh -c 'bomb() { while :; do bomb & done; }; bomb' 2>>$errors &\n"
          + "echo up; while :; do sleep 1000; done"),
  DAEMON_THAT_CHANGED_ITS_MARK(
      "a daemon that changed its mark", Escape.DAEMON_THAT_CHANGED_ITS_MARK),
  DAEMON_OUTSIDE_THAT_CHANGED_ITS_MARK(
      "a daemon that changed its mark and moved out of its cgroup",
      Escape.DAEMON_OUTSIDE_THAT_CHANGED_ITS_MARK);

  private final String title;
  private final @Nullable Escape escape;
  private final String script;

  Misdeed(String title, Escape escape) {
    this.title = title;
    this.escape = escape;
    this.script = "";
  }

  Misdeed(String title, String script) {
    this.title = title;
    this.escape = null;
    this.script = script;
  }

  /** As in the page. */
  String title() {
    return title;
  }

  /** Whether only root has the right to it. */
  boolean needsRoot() {
    return this == DAEMON_OF_ANOTHER_USER;
  }

  /** Whether it casts doubt on others, and is to be the only one of its time. */
  boolean isStrange() {
    return this == DAEMON_THAT_LEFT_ITS_CGROUP || (escape != null && escape.changesItsMark());
  }

  /** Whether it leaves a {@link Sleeper} behind. */
  boolean leavesSleeper() {
    return escape != null;
  }

  /** Whether it keeps a processor busy. */
  boolean isLoud() {
    return isChain() || this == COUNTED_LOOP || this == NATIVE_CODE || this == OUT_OF_MEMORY;
  }

  /** Whether its links write into descriptor 9. */
  boolean isChain() {
    return this == CHAIN || this == CHAIN_OUTSIDE || this == CHAIN_OF_SESSIONS;
  }

  /**
   * The worker that does it. Says {@code up}.
   *
   * @param pipe held open by all of its processes
   * @param errors where a fork bomb writes that it can't fork
   */
  List<String> command(Path pipe, Path errors, Sleeper sleeper, String classPath) {
    String java =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -XX:+UseSerialGC -XX:-UsePerfData -cp "
            + classPath;
    return List.of(
        "sh",
        "-c",
        "exec 9>"
            + pipe
            + "\nerrors="
            + errors
            + "; java='"
            + java
            + "'; stuck="
            + Stuck.class.getName()
            + "\n"
            + (escape == null
                ? script
                : escape.script(sleeper) + "\necho up; while :; do sleep 1000; done"));
  }
}
