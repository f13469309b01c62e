/**
 * Reports, presence and results: a controller publishes them here, and operators, other controllers
 * and publishers receive them.
 *
 * <p><b>Internal.</b> Warrener's own modules use it.
 */
@NullMarked
package dev.warrener.messaging.broker.reports;

import org.jspecify.annotations.NullMarked;
