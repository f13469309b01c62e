/** The commands, one class each: what was typed, what is asked of the fleet, what is shown. */
@NullMarked
package dev.warrener.ops.command;

import org.jspecify.annotations.NullMarked;
