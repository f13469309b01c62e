package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.controller.inbox.ProgressBoard;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import java.util.ArrayList;

/**
 * What a controller adds when it publishes its presence, because no decision depends on it: the
 * problems of this host that an operator should hear of, and the progress of the runs.
 */
record PresenceExtras(AuditLog audit, OrderFeed orders, ProgressBoard progress) {
  /** Returns a presence with what there is to add now. */
  Presence in(Presence presence) {
    var problems = new ArrayList<String>();
    var problem = audit.problem();
    if (problem != null) {
      problems.add(problem);
    }
    problems.addAll(orders.problems());
    return presence.with(presence.workers().stream().map(progress::in).toList(), problems);
  }

  /** Returns a report with what there is to add now, if it has the presence. */
  Report in(Report report) {
    if (!(report instanceof ControllerHeard heard)) {
      return report;
    }
    var presence = heard.presence();
    return presence == null ? report : heard.with(heard.roster(), in(presence));
  }
}
