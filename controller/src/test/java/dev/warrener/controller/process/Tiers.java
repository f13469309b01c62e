package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessLayerException;
import java.util.ArrayList;
import java.util.List;

/** The containments that work on this host; the subreaper does everywhere. */
final class Tiers {
  private static final List<ContainmentChoice> AVAILABLE = find();

  private Tiers() {}

  static List<ContainmentChoice> available() {
    return AVAILABLE;
  }

  private static List<ContainmentChoice> find() {
    var available = new ArrayList<>(List.of(ContainmentChoice.SUBREAPER));
    for (ContainmentChoice choice :
        List.of(
            ContainmentChoice.CGROUP,
            ContainmentChoice.PID_NAMESPACE,
            ContainmentChoice.CGROUP_AND_PID_NAMESPACE)) {
      try {
        Fleet.with(choice).close();
        available.add(choice);
      } catch (ProcessLayerException e) {
        System.err.println("not tested: " + e.getMessage());
      }
    }
    return List.copyOf(available);
  }
}
