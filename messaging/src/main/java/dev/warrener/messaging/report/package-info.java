/**
 * What controllers publish: reports about orders, their presence, and events of tasks and workers.
 *
 * <p><b>Public API.</b> Operators' programs read them.
 */
@NullMarked
package dev.warrener.messaging.report;

import org.jspecify.annotations.NullMarked;
