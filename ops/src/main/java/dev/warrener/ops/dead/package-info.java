/** The commands for dead letters: list, show, requeue, purge. */
@NullMarked
package dev.warrener.ops.dead;

import org.jspecify.annotations.NullMarked;
