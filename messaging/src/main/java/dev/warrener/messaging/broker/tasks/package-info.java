/**
 * A controller's task connection: consuming queues, settling deliveries, and dropping or moving a
 * backlog.
 */
@NullMarked
package dev.warrener.messaging.broker.tasks;

import org.jspecify.annotations.NullMarked;
