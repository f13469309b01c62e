package dev.warrener.controller.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Hides what may be a secret in settings that are logged. Whoever may read a log is not meant to
 * know the passwords of the tasks' databases.
 */
final class Secrets {
  private static final String HIDDEN = "***";
  private static final List<String> NAMES =
      List.of("password", "passwd", "secret", "token", "credential", "auth", "key");

  private Secrets() {}

  /**
   * Returns an option of the Java VM without the value of a system property or of an agent. Options
   * that begin with {@code -X} tune the VM and stay as they are.
   */
  static String hidden(String option) {
    int equals = option.indexOf('=');
    return equals < 0 || option.startsWith("-X")
        ? option
        : option.substring(0, equals + 1) + HIDDEN;
  }

  /**
   * Returns a command in which what follows {@code =} in a word is hidden, and the word after an
   * option whose name contains one of {@link #NAMES}. Other words are shown, a password in an
   * address among them.
   */
  static String hidden(List<String> command) {
    var shown = new ArrayList<String>();
    boolean isSecret = false;
    for (var word : command) {
      if (isSecret && !word.startsWith("-")) {
        shown.add(HIDDEN);
      } else {
        shown.add(hidden(word));
      }
      isSecret = word.startsWith("-") && word.indexOf('=') < 0 && namesSecret(word);
    }
    return String.join(" ", shown);
  }

  private static boolean namesSecret(String option) {
    var name = option.toLowerCase(Locale.ROOT);
    return NAMES.stream().anyMatch(name::contains);
  }
}
