package dev.warrener.controller.warmup;

import dev.warrener.controller.audit.AuditJson;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.InFlight;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides kills of an imaginary fleet after the start of a controller, in the background, and
 * writes their reports to nowhere. A kill is rare, so without this the first one, which matters
 * most, runs code that is not compiled. Nothing is signalled, published or kept.
 */
public final class KillWarmUp implements Runnable {
  /** The system property that turns the warm-up off: {@code -Dwarrener.kill-warm-up=false}. */
  static final String PROPERTY = "warrener.kill-warm-up";

  private static final Logger LOG = LoggerFactory.getLogger(KillWarmUp.class);
  private static final String THREAD = "kill-warm-up";

  /** The number of kills with each fate: after these, half a second of work, most is compiled. */
  private static final int KILLS = 40;

  private static final int LOWEST_PRIORITY = 19;

  private final Settings settings;

  private KillWarmUp(Settings settings) {
    this.settings = settings;
  }

  /** Starts the warm-up on a thread of the lowest priority, which ends when it is done. */
  public static void start(Settings settings) {
    if (isWanted(System.getProperty(PROPERTY))) {
      Thread.ofPlatform().name(THREAD).daemon().start(new KillWarmUp(settings));
    }
  }

  static boolean isWanted(@Nullable String property) {
    return property == null || Boolean.parseBoolean(property);
  }

  @Override
  public void run() {
    try {
      Kernel.setThreadNiceness(ProcFile.currentThread(), LOWEST_PRIORITY);
    } catch (IOException e) {
      LOG.debug("the warm-up runs at the usual priority: {}", e.toString());
    }
    try {
      var fleet = new ImaginaryFleet(settings, KillWarmUp::write);
      for (int i = 0; i < KILLS; i++) {
        for (var fate : InFlight.values()) {
          fleet.kill(fate);
        }
      }
    } catch (RuntimeException e) {
      LOG.error("a bug: the warm-up of kills has failed; the first kill may take longer", e);
    }
  }

  private static void write(Effect effect) {
    if (effect instanceof Effect.Say say) {
      ContractJson.write(say.report());
    } else if (effect instanceof Effect.Audit audit) {
      ContractJson.write(AuditJson.of(audit.entry()));
    }
  }
}
