/**
 * The library for programs that publish tasks. {@link dev.warrener.producer.WarrenerClient} submits
 * tasks, each confirmed by the broker, and receives their results.
 *
 * <pre>{@code
 * try (var warrener = WarrenerClient.connect("amqp://publisher@rabbit.example/fleet")) {
 *   warrener.submit(Task.to("thumbnails", "resize").json("{\"image\":\"a.png\"}").build()).join();
 * }
 * }</pre>
 *
 * <p>A submitted task ends in one of these ways:
 *
 * <table>
 * <caption>Outcomes</caption>
 * <tr><td>confirmed</td><td>the broker has the task in its queue: the future completes with {@link
 *     dev.warrener.producer.Published}</td></tr>
 * <tr><td>unroutable</td><td>there is no such queue: {@link
 *     dev.warrener.producer.UnroutableException}</td></tr>
 * <tr><td>refused</td><td>the broker certainly does not have the task: {@link
 *     dev.warrener.producer.RefusedException}</td></tr>
 * <tr><td>unknown</td><td>the task was sent and the broker did not answer: {@link
 *     dev.warrener.producer.UnknownOutcomeException}. Submit it again with the same id: a
 *     controller that has both copies drops one. Two hosts may each run one, so tasks should be
 *     idempotent</td></tr>
 * </table>
 *
 * <p><b>Public API.</b> Its signatures use types of {@code dev.warrener.messaging} and of its
 * packages {@code task} and {@code broker}. The documentation of those packages says which of their
 * types are public API.
 */
@NullMarked
package dev.warrener.producer;

import org.jspecify.annotations.NullMarked;
