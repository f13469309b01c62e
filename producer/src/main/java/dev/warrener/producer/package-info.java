/**
 * The library that publishers embed. {@link dev.warrener.producer.WarrenerClient} submits tasks,
 * confirmed by the broker, and brings their results.
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
 * <tr><td>confirmed</td><td>the broker has it in its queue: the future completes with {@link
 *     dev.warrener.producer.Published}</td></tr>
 * <tr><td>unroutable</td><td>there is no such queue: {@link
 *     dev.warrener.producer.UnroutableException}</td></tr>
 * <tr><td>refused</td><td>the broker certainly does not have it: {@link
 *     dev.warrener.producer.RefusedException}</td></tr>
 * <tr><td>unknown</td><td>it was sent and the broker did not answer: {@link
 *     dev.warrener.producer.UnknownOutcomeException}. Submitting it again with the same id is safe,
 *     because controllers drop the copy</td></tr>
 * </table>
 *
 * <p><b>Public API.</b> Its signatures name types of {@code dev.warrener.messaging}, its packages
 * {@code task} and {@code broker}, which are public API as far as their documentation says so.
 */
@NullMarked
package dev.warrener.producer;

import org.jspecify.annotations.NullMarked;
