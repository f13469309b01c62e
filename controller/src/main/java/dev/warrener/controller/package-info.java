/**
 * The controller: one process for each host that consumes tasks, runs them in worker processes, and
 * obeys orders.
 *
 * <pre>
 *  broker ──tasks──▶ TaskIntake ─┐                        ┌─▶ Settler ──▶ TaskIntake
 *  broker ──orders─▶ OrderFeed ──┼─events─▶ Owner ─effects┼─▶ WorkerProcesses
 *  workers ─frames─▶ WorkerProcesses ┘   (Fleet.decide)   └─▶ Announcer ──▶ broker
 * </pre>
 *
 * <p>Threads, all platform threads: {@code owner} holds the state and never waits for anything but
 * events; {@code settler} speaks on the task connection; {@code mover} publishes copies and
 * results; {@code clock} runs the timers. The process layer and the broker layer have their own.
 */
@NullMarked
package dev.warrener.controller;

import org.jspecify.annotations.NullMarked;
