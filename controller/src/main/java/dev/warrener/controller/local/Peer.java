package dev.warrener.controller.local;

import dev.warrener.controller.process.Provenance;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnixSockets;
import dev.warrener.controller.process.linux.UnreadableException;
import dev.warrener.controller.process.linux.Users;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The process at the other end of a connection, as the kernel says.
 *
 * @param pid its process id; 0 if it can't be seen from here
 * @param uid its user
 * @param command its name, at most 15 characters; empty if it can't be seen
 * @param suspicion why it may be a task's process; null if it is none
 */
record Peer(long pid, long uid, String command, @Nullable String suspicion) {
  private static final String ENDED = "it has ended, so whose it was can't be told";

  /** A process chooses its name itself. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

  /** Finds out who is at the other end of a connection. */
  static Peer of(int socket) throws IOException {
    var credentials = UnixSockets.credentials(socket);
    long pid = credentials.pid();
    if (pid == 0) {
      return new Peer(0, credentials.uid(), "", "it is in another PID namespace");
    }
    int pidfd = UnixSockets.peerPidfd(socket);
    if (pidfd == -UnixSockets.ENOPROTOOPT) {
      // Before Linux 6.5. The number may have come to mean another process since it connected.
      pidfd = Kernel.openPidfd(pid);
    } else if (pidfd < 0) {
      return new Peer(pid, credentials.uid(), "", ENDED);
    }
    try {
      Stat stat = seen(pid);
      // Another user's process may be hidden (hidepid). It is no task's: they run as this user.
      String suspicion =
          stat == null && credentials.uid() != Users.self() ? null : Provenance.suspicion(pid);
      if (!isStillThere(pidfd, stat)) {
        suspicion = ENDED;
      }
      String command = stat == null ? "" : UNPRINTABLE.matcher(stat.command()).replaceAll("?");
      return new Peer(pid, credentials.uid(), command, suspicion);
    } finally {
      if (pidfd >= 0) {
        Kernel.close(pidfd);
      }
    }
  }

  private static @Nullable Stat seen(long pid) {
    try {
      return Stat.of(pid);
    } catch (UnreadableException e) {
      return null;
    }
  }

  /** Whether a process has been the same all the time; without a pidfd only if it can be seen. */
  private static boolean isStillThere(int pidfd, @Nullable Stat before) {
    if (pidfd >= 0 && Kernel.sendSignal(pidfd, 0) == Kernel.ESRCH) {
      return false;
    }
    if (before == null) {
      return pidfd >= 0;
    }
    Stat now = seen(before.id().pid());
    return now != null && now.id().equals(before.id());
  }

  /** Returns its user's name. */
  String user() {
    return Users.name(uid);
  }

  /** Whether it is root's. */
  boolean isRoot() {
    return uid == Users.ROOT;
  }

  /** Returns it in words: {@code process 4711 (python3) of user ana}. */
  @Override
  public String toString() {
    return (pid == 0 ? "a process" : "process " + pid)
        + (command.isEmpty() ? "" : " (" + command + ")")
        + " of user "
        + user();
  }
}
