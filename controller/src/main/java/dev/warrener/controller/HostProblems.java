package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import java.util.ArrayList;

/**
 * The problems of this host that an operator should hear of. They are added to what the controller
 * publishes about itself, because no decision depends on them.
 */
record HostProblems(AuditLog audit, OrderFeed orders) {
  /** Returns a presence with the problems that there are now. */
  Presence in(Presence presence) {
    var problems = new ArrayList<String>();
    var problem = audit.problem();
    if (problem != null) {
      problems.add(problem);
    }
    problems.addAll(orders.problems());
    return problems.isEmpty() ? presence : presence.withProblems(problems);
  }

  /** Returns a report with the problems that there are now, if it has the presence. */
  Report in(Report report) {
    if (!(report instanceof ControllerHeard heard)) {
      return report;
    }
    var presence = heard.presence();
    return presence == null ? report : heard.with(heard.roster(), in(presence));
  }
}
