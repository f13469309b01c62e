/**
 * One call of the command: its arguments, streams and environment, the options that many commands
 * share, and how a call ends.
 */
@NullMarked
package dev.warrener.ops.invocation;

import org.jspecify.annotations.NullMarked;
