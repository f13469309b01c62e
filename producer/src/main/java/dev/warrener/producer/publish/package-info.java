/**
 * The engine of {@code warrener publish}: tasks from JSON lines or from the command line, submitted
 * with bounded memory, and an account of what became of them.
 */
@NullMarked
package dev.warrener.producer.publish;

import org.jspecify.annotations.NullMarked;
