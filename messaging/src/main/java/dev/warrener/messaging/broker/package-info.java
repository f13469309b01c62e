/** The broker: connections, topology, confirmed publishing, settlement, the order log. */
@NullMarked
package dev.warrener.messaging.broker;

import org.jspecify.annotations.NullMarked;
