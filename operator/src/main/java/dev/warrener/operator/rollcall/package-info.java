/**
 * The roll-call: who was expected to answer an order, who has, and what that adds up to. Pure:
 * nothing here knows a broker, a terminal or a clock.
 *
 * <pre>
 *            heard               done, nothing failed
 *   SILENT ─────────▶ HEARD ──────────────────────────▶ DONE
 *      │                │ done, something failed
 *      │                ├─────────────────────────────▶ FAILED
 *      └────────────────┴─── refused ─────────────────▶ REFUSED
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
