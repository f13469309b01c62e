/**
 * The rules of a host's fleet, behind one pure function: {@link
 * dev.warrener.controller.fleet.Fleet#decide}. It turns a state and an event into the next state
 * and a list of effects. Nothing here acts, waits, or looks at a clock. The state itself is in
 * {@link dev.warrener.controller.fleet.state}.
 *
 * <p>An event is applied by one rule, and then the state is reconciled: what may not start is taken
 * back, orders advance, processes are started, queues are consumed, tasks are handed out. Each rule
 * is built from the rules that it calls ({@link dev.warrener.controller.fleet.Rules}), so calls run
 * in one direction.
 *
 * <pre>
 *   a worker's slot
 *
 *   NONE ──spawn──▶ STARTING ──ready──▶ IDLE ◀──finished── BUSY
 *    ▲  ▲               │                │ └──dispatch──────▲│
 *    │  │               └────────┬───────┴──────────────────┘│
 *    │  │                        │ killed (order, deadline,  │ died by itself
 *    │  │                        ▼  lease, stop)             │
 *    │  └──────tree empty───── DYING                         │
 *    │                                                       ▼
 *    └──due── BACKING_OFF / CRASH_LOOPING ◀──────────── tree empty
 *
 *   a delivery
 *
 *   waiting ──dispatch──▶ at a worker ──started──▶ running ──▶ settled: acknowledged, requeued,
 *    │  ▲                     │                       └───────▶ moving (copy published)
 *    │  └────── returned ─────┘                                 ▲  └─confirmed─▶ acknowledged
 *    └──────────────────────────────────────────────────────────┘
 *
 *   an order
 *
 *   HALTING ──all trees empty──▶ SETTLING ──copies confirmed──▶ PROVING ──barriers──▶ BACKLOG ──▶ DONE
 * </pre>
 *
 * <p>Invariants, checked by the simulator: a delivery is settled exactly once or handed back by the
 * loss of the connection; a killed run is settled only after its tree is empty; a task runs in one
 * process at a time here; stale frames change nothing; {@code controller.done} comes after all of
 * that; nothing starts in a held scope; a kill changes no attempt, a crash adds one; a revoked task
 * never starts.
 */
@NullMarked
package dev.warrener.controller.fleet;

import org.jspecify.annotations.NullMarked;
