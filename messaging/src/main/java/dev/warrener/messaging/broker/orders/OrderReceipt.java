package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.broker.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * What became of an order that was sent.
 *
 * @param logged whether the log has it; false where the broker keeps none, see {@link
 *     Dialect#keepsOrders}
 * @param signalled whether it went out to the controllers that listen now
 * @param blocked why the broker blocks publishers (a memory or disk alarm), or null; the tripwire
 *     works then
 * @param pending whether, though the broker blocks publishers, it has the order or part of it, and
 *     may hand it out when the alarm is over
 * @param problem a sentence about what did not work, or null
 */
public record OrderReceipt(
    boolean logged,
    boolean signalled,
    @Nullable String blocked,
    boolean pending,
    @Nullable String problem) {}
