/**
 * Orders from operators: what is to be killed, held, resumed, drained or purged, and what becomes
 * of the tasks that were running.
 *
 * <p><b>Public API.</b> Operators' programs build and read orders.
 */
@NullMarked
package dev.warrener.messaging.order;

import org.jspecify.annotations.NullMarked;
