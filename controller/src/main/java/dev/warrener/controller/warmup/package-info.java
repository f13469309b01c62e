/**
 * The warm-up of a controller: runs the decisions of a kill before the first real one, so that the
 * virtual machine has compiled them by then.
 */
@NullMarked
package dev.warrener.controller.warmup;

import org.jspecify.annotations.NullMarked;
