/**
 * The test rig: the broker that is measured on, the publisher that loads it, and observers of
 * queues, reports and processes. None of it asks a measured program about itself.
 */
@NullMarked
package dev.warrener.bench.rig;

import org.jspecify.annotations.NullMarked;
