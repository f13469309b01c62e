package dev.warrener.controller.local;

/**
 * What a hostile task tries against its neighbours: a row of the table in {@code
 * docs/containment.md}, and a script that prints {@code DID} if it succeeds. The script's words in
 * capitals stand for the processes, the cgroup and the files that it attacks.
 */
enum HostileDeed {
  READ_THE_CONTROLLER(
      "reads the controller's memory and environment, or writes into its open files",
      """
      grep -q . /proc/CONTROLLER/environ && echo DID
      read -r line < /proc/CONTROLLER/maps && echo DID
      { echo FORGED > /proc/CONTROLLER/fd/1; } && echo DID
      """),
  STOP_OTHERS(
      "stops, freezes or kills its controller, the sidecar, or other tasks",
      """
      for each in CONTROLLER SIDECAR NEIGHBOUR; do
        kill -STOP $each || continue
        until grep -q '^State:.T' /proc/$each/status; do sleep 0.01; done
        kill -CONT $each
        echo DID
      done
      if [ "$(sed -n s/^0:://p /proc/self/cgroup)" != CGROUP ]; then
        for root in $(grep cgroup2 /proc/self/mountinfo | cut -d ' ' -f 5); do
          { echo 1 > $root/CGROUP/cgroup.freeze; } || continue
          until grep -q 'frozen 1' $root/CGROUP/cgroup.events; do sleep 0.01; done
          echo 0 > $root/CGROUP/cgroup.freeze
          echo DID
        done
      fi
      overwrite NEIGHBOUR && echo DID
      kill -KILL NEIGHBOUR && echo DID
      """),
  HOLD_UP_A_KILL(
      "keeps a neighbour's kill from being confirmed, by tracing the neighbour's processes"
          + " (ptrace), until it ends itself",
      "trace NEIGHBOUR stays"),
  FORGE_A_RESULT(
      "writes a forged result into another worker's channel, by `/proc/PID/fd`",
      // A FINISHED frame without a header.
      "{ printf '\\000\\000\\000\\003\\022\\000\\000' > /proc/NEIGHBOUR/fd/3; } && echo WROTE"),
  TAKE_A_PROGRAM_OVER(
      "attaches to another program of the user (ptrace) and acts as that program",
      "trace PROGRAM goes && echo DID; overwrite PROGRAM && echo DID"),
  CHANGE_FILES(
      "changes files of the user: the runtime and state directories, `~/.profile`, crontabs",
      "{ echo planted >> DIRECTORY/planted; } && echo DID");

  /** Words that each script may use. */
  private static final String VERBS =
      """
      exec 2>/dev/null
      trace() { TRACER "$@"; }
      # Replaces what a process runs, and sees that it dies of it.
      overwrite() {
        [ -r /proc/$1/maps ] || return
        grep ' r-xp ' /proc/$1/maps | while read -r range rest; do
          from=$((0x${range%-*} / 4096))
          dd if=/dev/zero of=/proc/$1/mem bs=4096 conv=notrunc seek=$from \\
            count=$((0x${range#*-} / 4096 - from))
        done
        for _ in $(seq 50); do
          grep -qs '^State:.[^ZX]' /proc/$1/status || return 0
          sleep 0.1
        done
        return 1
      }
      """;

  private final String title;
  private final String script;

  HostileDeed(String title, String script) {
    this.title = title;
    this.script = script;
  }

  /** Returns the first cell of its row. */
  String title() {
    return title;
  }

  /** Returns the whole script. */
  String script() {
    return VERBS + script + "\n";
  }

  /**
   * Returns a script that tries it in each way of seeing the host's processes: a task that may
   * unmounts the {@code /proc} of its namespace, or makes a namespace in which it is root.
   *
   * @param file the file with the script
   * @param mounts the mount namespace of the host, whose {@code /proc} has to stay
   */
  static String inEveryWay(String file, String mounts) {
    return """
    [ "$(readlink /proc/self/ns/mnt)" = '%2$s' ] || umount -l /proc 2>/dev/null
    sh %1$s
    [ "$(id -u)" = 0 ] || unshare --user --map-root-user --mount \
      sh -c 'umount -l /proc; sh %1$s' 2>/dev/null
    exit 0
    """
        .formatted(file, mounts);
  }
}
