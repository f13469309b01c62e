package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import java.util.List;

/**
 * The problems of this host that an operator should hear of. They are added to what the controller
 * publishes about itself, because no decision depends on them.
 */
record HostProblems(AuditLog audit) {
  /** Returns a presence with the problems that there are now. */
  Presence in(Presence presence) {
    var problem = audit.problem();
    return problem == null ? presence : presence.withProblems(List.of(problem));
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
