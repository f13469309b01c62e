/**
 * The contract, version 1: the messages that cross the broker. This package has the rules for names
 * and ids. The packages below it have tasks, orders and reports, and access to the broker.
 *
 * <p><b>Public API.</b> Publishers and operators' programs may use this package, {@code task},
 * {@code order} and {@code report}, and of {@code broker} the classes that its documentation lists.
 * All other packages of this module are internal: they change without notice.
 */
@NullMarked
package dev.warrener.messaging;

import org.jspecify.annotations.NullMarked;
