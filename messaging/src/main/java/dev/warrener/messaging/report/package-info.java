/** What controllers say: reports about an order, and presence. */
@NullMarked
package dev.warrener.messaging.report;

import org.jspecify.annotations.NullMarked;
