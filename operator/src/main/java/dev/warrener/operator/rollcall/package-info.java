/**
 * The roll-call: which controllers were expected to answer an order, which have, and the verdict.
 * Pure: this package uses no broker, terminal or clock.
 *
 * <pre>
 *           received              done, nothing failed
 *   SILENT ─────────▶ WORKING ──────────────────────────▶ DONE
 *      │                 │ done, something failed
 *      │                 ├──────────────────────────────▶ FAILED
 *      └─────────────────┴─── refused ──────────────────▶ REFUSED
 * </pre>
 *
 * DONE, FAILED and REFUSED are final for the verdict, whatever comes later; a late certificate is
 * still kept.
 *
 * <p><b>Public API.</b> Operators' programs read roll-calls and verdicts.
 */
@NullMarked
package dev.warrener.operator.rollcall;

import org.jspecify.annotations.NullMarked;
