/**
 * One session of an operator's program at the broker: topology, counts, and dead letters.
 *
 * <p><b>Internal.</b> Warrener's own modules use it.
 */
@NullMarked
package dev.warrener.messaging.broker.admin;

import org.jspecify.annotations.NullMarked;
