/**
 * The broker: its address, connections that are kept up, the differences between RabbitMQ and the
 * embedded broker, exchanges and queues, and tasks as messages. The packages below it are built on
 * this one, each for one kind of program.
 *
 * <ul>
 *   <li>{@code publishing}: publishing with confirms
 *   <li>{@code tasks}: a controller's consumption and settlement of tasks
 *   <li>{@code orders}: sending, receiving and keeping orders
 *   <li>{@code reports}: publishing and receiving reports and results
 *   <li>{@code admin}: one session of an operator's program
 * </ul>
 *
 * <p><b>Public API</b> are {@link dev.warrener.messaging.broker.BrokerAddress} and the exceptions:
 * {@link dev.warrener.messaging.broker.BrokerException} and its subclasses {@link
 * dev.warrener.messaging.broker.BrokerUnreachableException}, {@link
 * dev.warrener.messaging.broker.NotAllowedException}, {@link
 * dev.warrener.messaging.broker.NoSuchQueueException}, {@link
 * dev.warrener.messaging.broker.TopologyMismatchException}, {@link
 * dev.warrener.messaging.broker.ControllerIdTakenException} and {@link
 * dev.warrener.messaging.broker.IncompatibleLibraryException}.
 *
 * <p><b>Internal.</b> All other classes here are public only for Warrener's own modules.
 */
@NullMarked
package dev.warrener.messaging.broker;

import org.jspecify.annotations.NullMarked;
