/**
 * The warm-up of a controller: decides kills of an imaginary fleet after the start, so that the
 * first real kill runs compiled code. See decision 0024.
 */
@NullMarked
package dev.warrener.controller.warmup;

import org.jspecify.annotations.NullMarked;
