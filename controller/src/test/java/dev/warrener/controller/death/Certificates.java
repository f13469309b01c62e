package dev.warrener.controller.death;

/** Death certificates of workers, for tests. The worker in slot 1 has process id 1001. */
public final class Certificates {
  private Certificates() {}

  /** The worker was killed by SIGKILL, and no process of it was found any more. */
  public static DeathCertificate found(WorkerKey worker) {
    return found(worker, 9);
  }

  /** A signal ended the worker, and no process of it was found any more. */
  public static DeathCertificate found(WorkerKey worker, int signal) {
    return new DeathCertificate(
        worker, pid(worker), 1, "subreaper", signal, null, 1, false, 1_000);
  }

  /** The worker was killed by SIGKILL, and its cgroup is empty. */
  public static DeathCertificate proven(WorkerKey worker) {
    return proven(worker, 9);
  }

  /** A signal ended the worker, and its cgroup is empty. */
  public static DeathCertificate proven(WorkerKey worker, int signal) {
    return new DeathCertificate(worker, pid(worker), 1, "cgroup", signal, null, 1, true, 1_000);
  }

  /** The worker exited by itself, and no process of it was found any more. */
  public static DeathCertificate exited(WorkerKey worker, int status) {
    return new DeathCertificate(worker, pid(worker), 1, "subreaper", 0, status, 1, false, 1_000);
  }

  private static long pid(WorkerKey worker) {
    return 1000 + worker.slot();
  }
}
