/**
 * What a controller receives, turned into events for the fleet loop: {@code TaskInbox} the
 * deliveries of tasks, {@code OrderInbox} the orders, {@code WorkerInbox} what worker processes do
 * and say.
 */
@NullMarked
package dev.warrener.controller.inbox;

import org.jspecify.annotations.NullMarked;
