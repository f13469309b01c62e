package dev.warrener.controller;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.controller.warmup.KillPractice;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.InFlight;

/**
 * Practises kills after the start, in the background, with what nobody else wants of the
 * processors: decides them, puts into words what is said of them, and sends some of that to nobody.
 * Ends with the process.
 */
final class Practice implements Runnable {
  private static final String NAME = "kill-practice";

  /** So many of each fate: half a second of processor time, with which most of it is compiled. */
  private static final int KILLS = 40;

  /** Of so many reports one is sent: about two hundred in all. */
  private static final int SENT_OF = 10;

  private final Settings settings;
  private final WorkerProcesses processes;
  private final Reporter reporter;
  private int said;

  private Practice(Settings settings, WorkerProcesses processes, Reporter reporter) {
    this.settings = settings;
    this.processes = processes;
    this.reporter = reporter;
  }

  static void start(Settings settings, WorkerProcesses processes, Reporter reporter) {
    Thread.ofPlatform().name(NAME).daemon().start(new Practice(settings, processes, reporter));
  }

  @Override
  public void run() {
    processes.haveYield(NAME);
    var practice = new KillPractice(settings, this::asIfDone);
    for (int i = 0; i < KILLS; i++) {
      for (var fate : InFlight.values()) {
        practice.kill(fate);
      }
    }
  }

  private void asIfDone(Effect effect) {
    if (effect instanceof Effect.Say say) {
      if (said++ % SENT_OF == 0) {
        reporter.practise(say.report());
      } else {
        ContractJson.write(say.report());
      }
    } else if (effect instanceof Effect.Audit audit) {
      ContractJson.write(audit.entry());
    }
  }
}
