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
 * every processor is busy. {@code docs/architecture.md} lists them, with what each does.
 */
@NullMarked
package dev.warrener.controller;

import org.jspecify.annotations.NullMarked;
