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
 * <p>What can become of a task that is submitted:
 *
 * <table>
 * <caption>Outcomes</caption>
 * <tr><td>confirmed</td><td>the broker has it in its queue: the future completes with {@link
 *     dev.warrener.producer.Published}</td></tr>
 * <tr><td>unroutable</td><td>there is no such queue: {@link
 *     dev.warrener.producer.UnroutableException}</td></tr>
 * <tr><td>refused</td><td>it is certainly not at the broker: {@link
 *     dev.warrener.producer.RefusedException}</td></tr>
 * <tr><td>unknown</td><td>it was sent and no answer came: {@link
 *     dev.warrener.producer.UnknownOutcomeException}. Submitting it again with the same id is safe,
 *     because controllers drop the copy</td></tr>
 * </table>
 */
@NullMarked
package dev.warrener.producer;

import org.jspecify.annotations.NullMarked;
