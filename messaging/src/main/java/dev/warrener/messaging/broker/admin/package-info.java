/** One session of an operator's program at the broker: topology, counts, and dead letters. */
@NullMarked
package dev.warrener.messaging.broker.admin;

import org.jspecify.annotations.NullMarked;
