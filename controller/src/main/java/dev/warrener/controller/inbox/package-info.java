/**
 * Turns everything that a controller receives into events for the fleet loop. {@code TaskInbox}
 * receives the deliveries of tasks, {@code OrderInbox} the orders, and {@code WorkerInbox} the
 * frames, output and deaths of worker processes.
 */
@NullMarked
package dev.warrener.controller.inbox;

import org.jspecify.annotations.NullMarked;
