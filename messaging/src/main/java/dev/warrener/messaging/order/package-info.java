/**
 * Orders from operators: what is to be killed, held, resumed or purged, and the fate of what was
 * running.
 */
@NullMarked
package dev.warrener.messaging.order;

import org.jspecify.annotations.NullMarked;
