/**
 * The {@code warrener} command line. {@link dev.warrener.ops.Main} reads the arguments and answers
 * with an {@link dev.warrener.ops.ExitStatus}; {@code command} holds the commands, {@code rollcall}
 * the pure account of who has answered an order, {@code screen} what terminals, pipes and files get
 * to see, {@code demo} the tutorial, {@code training} what the Java VM is shown for its caches.
 */
@NullMarked
package dev.warrener.ops;

import org.jspecify.annotations.NullMarked;
