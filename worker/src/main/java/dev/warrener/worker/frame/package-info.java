/**
 * The frames between a controller and a worker process: one frame is a type, a small header of
 * named texts and a payload of any bytes. Both sides use these classes. {@code
 * docs/worker-protocol.md} describes the protocol for workers in other languages.
 *
 * <p>These classes encode and decode frames, and don't know what a frame means. They are not
 * thread-safe: in each direction one thread writes and one thread reads.
 *
 * <p><b>Internal.</b> The controller uses it as well.
 */
@NullMarked
package dev.warrener.worker.frame;

import org.jspecify.annotations.NullMarked;
