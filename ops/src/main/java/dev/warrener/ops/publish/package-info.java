/** The command that publishes tasks. */
@NullMarked
package dev.warrener.ops.publish;

import org.jspecify.annotations.NullMarked;
