/**
 * The values in which a worker's death is told: which worker, its death certificate, and the
 * processes that survive. The process layer makes them, and the fleet decides by them; neither
 * needs to know the other for that.
 */
@NullMarked
package dev.warrener.controller.death;

import org.jspecify.annotations.NullMarked;
