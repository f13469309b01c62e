/**
 * Where is measured: the broker, the load put on it, and what is read of queues, orders and
 * processes from outside.
 */
@NullMarked
package dev.warrener.bench.rig;

import org.jspecify.annotations.NullMarked;
