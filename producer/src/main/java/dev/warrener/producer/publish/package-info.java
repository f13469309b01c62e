/**
 * The engine of {@code warrener publish}: tasks from JSON lines or from the command line, submitted
 * with bounded memory, and a count of what became of them.
 *
 * <p><b>Internal.</b> The command line uses it; programs use {@link
 * dev.warrener.producer.WarrenerClient}.
 */
@NullMarked
package dev.warrener.producer.publish;

import org.jspecify.annotations.NullMarked;
