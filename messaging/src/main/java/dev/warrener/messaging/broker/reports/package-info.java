/**
 * Reports, presence and results: a controller publishes them here, and operators, other controllers
 * and publishers receive them.
 */
@NullMarked
package dev.warrener.messaging.broker.reports;

import org.jspecify.annotations.NullMarked;
