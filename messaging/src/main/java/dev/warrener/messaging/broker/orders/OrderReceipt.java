package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.broker.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * Says where an order that was sent has arrived.
 *
 * @param logged whether the log has the order; false where the broker keeps none, see {@link
 *     Dialect#keepsOrders}
 * @param signalled whether the order was sent to the controllers that listen now, and the broker
 *     has confirmed that
 * @param unconfirmed whether the order was sent to the controllers that listen now, and the broker
 *     has not confirmed that in time. While a node of a cluster is frozen, the broker waits for
 *     that node's queues, and the others have received the order
 * @param blocked why the broker blocks publishers (a memory or disk alarm), or null. The tripwire
 *     works during an alarm
 * @param pending whether the broker may deliver the order when the alarm is over: it began to read
 *     the order before it blocked publishers
 * @param problem what did not work, in a sentence, or null
 */
public record OrderReceipt(
    boolean logged,
    boolean signalled,
    boolean unconfirmed,
    @Nullable String blocked,
    boolean pending,
    @Nullable String problem) {}
