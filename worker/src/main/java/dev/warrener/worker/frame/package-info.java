/**
 * The frames between a controller and a worker process: one frame is a type, a small header of
 * named texts and a payload of any bytes. Both sides use these classes; a worker in another
 * language follows {@code docs/worker-protocol.md}, which says the same in words.
 *
 * <p>Nothing here knows what a frame means; and nothing here is thread-safe, since each direction
 * of a channel has one thread that reads it and one that writes it.
 *
 * <p><b>Internal.</b> The controller uses it as well.
 */
@NullMarked
package dev.warrener.worker.frame;

import org.jspecify.annotations.NullMarked;
