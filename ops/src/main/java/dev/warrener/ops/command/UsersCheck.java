package dev.warrener.ops.command;

import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.rollcall.Roster;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.command.DoctorCommand.Finding;
import dev.warrener.ops.command.DoctorCommand.Health;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Looks at the broker users that the controllers of a fleet are. */
record UsersCheck(Roster roster) {
  private static final String PAGE = "docs/permissions.md shows how to give each its own";

  List<Finding> findings() {
    var findings = new ArrayList<Finding>();
    for (var known : roster.contested()) {
      findings.add(
          new Finding(
              "controller " + known.id(),
              Health.WRONG,
              "it is contested: "
                  + (known.users().size() > 1
                      ? names(known.users()) + " claim to be it"
                      : "two programs have its id, on " + String.join(" and ", known.hosts()))
                  + ", so that no kill can be confirmed there",
              known.users().size() > 1
                  ? KnownController.CONTEST_REMEDY
                  : KnownController.TWIN_REMEDY));
    }
    for (var ghost : roster.ghosts()) {
      findings.add(
          new Finding(
              "controller " + ghost.id(),
              Health.WARNING,
              "it has been silent for so long that no order waits for it"
                  + (ghost.users().isEmpty()
                      ? ""
                      : "; its presence was published by " + names(ghost.users())),
              "if its host is gone for good, no action is needed: it disappears from this list a"
                  + " day after its last presence"));
    }
    strangers(findings);
    sharedUsers(findings);
    return findings;
  }

  private void strangers(List<Finding> findings) {
    for (var id : roster.reporters().keySet()) {
      var strangers = roster.strangers(id);
      if (!strangers.isEmpty()) {
        findings.add(
            new Finding(
                "controller " + id,
                Health.WRONG,
                names(strangers)
                    + (strangers.size() == 1 ? " reports" : " report")
                    + " in its name and "
                    + (strangers.size() == 1 ? "is" : "are")
                    + " not its user: these reports count for nothing",
                "find out who that is, and remove that user's rights"));
      }
    }
  }

  private void sharedUsers(List<Finding> findings) {
    var byUser = new TreeMap<String, List<String>>();
    for (var known : roster.known().values()) {
      if (known.state() == RosterState.LIVE && !known.isContested()) {
        known
            .users()
            .forEach(
                user -> byUser.computeIfAbsent(user, none -> new ArrayList<>()).add(known.id()));
      }
    }
    var own = new ArrayList<String>();
    byUser.forEach((user, ids) -> {
      if (user.isEmpty()) {
        findings.add(
            new Finding(
                "users",
                Health.WARNING,
                String.join(", ", ids)
                    + " publish without a user_id, so anybody who may publish reports can report in"
                    + " their name",
                "upgrade them to this release, on RabbitMQ"));
      } else if (ids.size() > 1) {
        findings.add(
            new Finding(
                "users",
                Health.WARNING,
                String.join(", ", ids)
                    + " share the broker user "
                    + user
                    + ": whoever has its password can confirm a kill in the name of each",
                PAGE));
      } else {
        own.add(user);
      }
    });
    if (!own.isEmpty()) {
      findings.add(
          new Finding(
              "users",
              Health.GOOD,
              Phrases.count(own.size(), "controller")
                  + (own.size() == 1 ? " has" : " have")
                  + " a broker user alone: "
                  + String.join(", ", own),
              null));
    }
  }

  /** Returns broker users in words; an empty name stands for somebody for whom nobody vouches. */
  static String names(Collection<String> users) {
    return String.join(" and ", users.stream().map(UsersCheck::name).toList());
  }

  private static String name(String user) {
    return user.isEmpty() ? "somebody without a user_id" : "user " + user;
  }
}
