/**
 * The controller: one process on each host that receives tasks, runs them in worker processes, and
 * carries out orders.
 *
 * <pre>
 *  tasks    ─▶ TaskInbox ────┐                               ┌─▶ TaskDeliveries  (broker)
 *  orders   ─▶ OrderInbox ───┤                               ├─▶ TaskPublisher   (broker)
 *  control                   │                               ├─▶ Reporter        (broker)
 *  socket   ─▶ LocalControl ─┼─▶ FleetLoop ──▶ EffectRunner ─┼─▶ LocalControl    (socket)
 *  workers  ─▶ WorkerInbox ──┤   events,       effects       ├─▶ AuditLog        (disk)
 *  due      ─▶ Timers ───────┘   decided                     ├─▶ WorkerProcesses (workers)
 *                                by Fleet                    └─▶ Timers
 * </pre>
 *
 * <p>What lives where: this package holds the start and the end of a controller, its event loop and
 * what performs effects; {@code inbox} what is received; {@code fleet} all decisions, without a
 * thread or a clock; {@code process} the worker processes; {@code local} the control socket; {@code
 * audit} the audit log; {@code configuration} the settings.
 *
 * <p>Threads, all of them platform threads, because a virtual thread may wait for seconds when
 * every processor is busy:
 *
 * <ul>
 *   <li>{@code fleet-loop} owns the fleet's state, and waits for nothing but events;
 *   <li>{@code settling} settles deliveries and starts and ends consumption on the task connection;
 *   <li>{@code publishing} publishes results and copies of tasks;
 *   <li>{@code timers} posts due timers, pings workers and reports presence;
 *   <li>{@code restrictions} writes to disk the holds and revocations that no broker keeps;
 *   <li>{@code audit} writes the audit log;
 *   <li>{@code local-control} accepts connections to the control socket; two {@code
 *       local-connection-N} serve each of them;
 *   <li>the process layer's, see {@link dev.warrener.controller.process}, and those of the broker
 *       connections.
 * </ul>
 */
@NullMarked
package dev.warrener.controller;

import org.jspecify.annotations.NullMarked;
