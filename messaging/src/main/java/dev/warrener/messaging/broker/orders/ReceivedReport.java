package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.report.Report;
import org.jspecify.annotations.Nullable;

/**
 * A report about an order, as the broker has kept it.
 *
 * @param report the report
 * @param userId the user who published it, for whom the broker vouched; null if it did for nobody
 */
public record ReceivedReport(Report report, @Nullable String userId) {}
