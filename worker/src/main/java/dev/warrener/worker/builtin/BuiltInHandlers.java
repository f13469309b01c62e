package dev.warrener.worker.builtin;

import dev.warrener.worker.TaskHandler;
import java.util.List;

/** The built-in handlers by name. */
public final class BuiltInHandlers {
  /** Their names. */
  public static final List<String> NAMES =
      List.of("echo", "sleep", "journal", "spin", "fail", "crash", "allocate", "spawn-children");

  private BuiltInHandlers() {}

  /** Creates the handler of a name, which must be one of {@link #NAMES}. */
  public static TaskHandler make(String name) {
    return switch (name) {
      case "echo" -> new EchoHandler();
      case "sleep" -> new SleepHandler();
      case "journal" -> new JournalHandler();
      case "spin" -> new SpinHandler();
      case "fail" -> new FailHandler();
      case "crash" -> new CrashHandler();
      case "allocate" -> new AllocateHandler();
      case "spawn-children" -> new SpawnChildrenHandler();
      default -> throw new IllegalArgumentException("there is no built-in handler '" + name + "'");
    };
  }
}
