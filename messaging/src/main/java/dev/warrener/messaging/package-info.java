/**
 * What crosses the broker, version 1 of the contract: names, and below it tasks, orders, reports
 * and the broker itself.
 */
@NullMarked
package dev.warrener.messaging;

import org.jspecify.annotations.NullMarked;
