package dev.warrener.ops.view;

import dev.warrener.messaging.report.Presence.Hold;
import dev.warrener.messaging.report.Presence.Revocation;
import java.util.List;
import java.util.TreeSet;

/**
 * A batch as far as controllers see it; also its JSON.
 *
 * @param running its tasks that run, the longest first
 * @param holds in force that name it
 * @param revocations in force that name it
 */
record Batch(
    String batch, List<RunningTask> running, List<Hold> holds, List<Revocation> revocations) {
  static Batch of(String name, Snapshot snapshot) {
    return new Batch(
        name,
        RunningTask.of(snapshot).stream().filter(one -> name.equals(one.batch())).toList(),
        StatusCommand.holds(snapshot.roster().presences().values()).keySet().stream()
            .filter(hold -> hold.scope().batches().contains(name))
            .toList(),
        Revoked.all(snapshot.roster().presences().values()).keySet().stream()
            .filter(revocation -> revocation.scope().batches().contains(name))
            .toList());
  }

  static List<Batch> all(Snapshot snapshot) {
    var names = new TreeSet<>(snapshot.roster().batches());
    StatusCommand.holds(snapshot.roster().presences().values())
        .keySet()
        .forEach(hold -> names.addAll(hold.scope().batches()));
    Revoked.all(snapshot.roster().presences().values())
        .keySet()
        .forEach(revocation -> names.addAll(revocation.scope().batches()));
    return names.stream().map(name -> of(name, snapshot)).toList();
  }
}
