/**
 * A deterministic simulator of a fleet: the real {@link dev.warrener.controller.fleet.Fleet#decide}
 * of one to four controllers between a model of the broker and models of their processes, driven by
 * a seed. What is under way may happen in any order that the real thing allows. After each step the
 * invariants of the fleet are checked against the models and against a book of what each controller
 * was told, never against its own state. {@code docs/simulator.md} says what is modelled.
 */
@NullMarked
package dev.warrener.controller.fleet.simulator;

import org.jspecify.annotations.NullMarked;
