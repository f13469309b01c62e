/**
 * Orders: sending them, the log that keeps them, reading both the log and the live queue, and the
 * log of what controllers reported about them.
 *
 * <p><b>Internal.</b> The controller and operators' programs of Warrener use it.
 */
@NullMarked
package dev.warrener.messaging.broker.orders;

import org.jspecify.annotations.NullMarked;
