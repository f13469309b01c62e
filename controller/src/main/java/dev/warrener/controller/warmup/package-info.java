/**
 * The warm-up of a controller: decides kills of an imaginary fleet after the start, so that the
 * first real kill runs compiled code. See decision 0024. A command has a warm-up of its own in
 * {@code ops}, which shares no code with this one: a command decides nothing, and needs classes
 * loaded rather than code compiled.
 */
@NullMarked
package dev.warrener.controller.warmup;

import org.jspecify.annotations.NullMarked;
