/**
 * The state of a host's fleet and the one pure function that changes it: {@link
 * dev.warrener.controller.fleet.Fleet#decide}. Nothing here acts, waits, or looks at a clock.
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
 *    │  └───── given back ────┘                                 ▲  └─confirmed─▶ acknowledged
 *    └──────────────────────────────────────────────────────────┘
 *
 *   an order
 *
 *   KILLING ──all trees empty──▶ SETTLING ──copies confirmed──▶ PROVING ──barriers──▶ BACKLOG ──▶ DONE
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
