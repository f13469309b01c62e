/** The log: to stdout in a controller, to stderr in a command with {@code -v}, else off. */
@NullMarked
package dev.warrener.ops.log;

import org.jspecify.annotations.NullMarked;
