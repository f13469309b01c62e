/**
 * The values that describe a worker's death: the worker's key, its death certificate, and surviving
 * processes. The process layer creates them and the fleet decides by them, so neither depends on
 * the other.
 */
@NullMarked
package dev.warrener.controller.death;

import org.jspecify.annotations.NullMarked;
