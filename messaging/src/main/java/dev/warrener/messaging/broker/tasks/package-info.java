/**
 * A controller's task connection: consuming queues, settling deliveries, and dropping or moving a
 * backlog.
 *
 * <p><b>Internal.</b> The controller uses it.
 */
@NullMarked
package dev.warrener.messaging.broker.tasks;

import org.jspecify.annotations.NullMarked;
