/**
 * The broker that the tests run on, chosen once for each JVM, and ways to break it.
 *
 * <p>{@link TestBroker#get()} is the broker that all tests of a JVM share; each test works in a
 * {@link Vhost} of its own there. {@link TestBroker#own()} is a broker for one test, which may
 * stop, kill, freeze or starve it. The environment variable {@code WARRENER_TEST_BROKER} chooses
 * the broker:
 *
 * <table>
 * <caption>Values of WARRENER_TEST_BROKER</caption>
 * <tr><td>(not set)</td><td>the first available of {@code docker}, {@code private},
 *     {@code embedded}</td></tr>
 * <tr><td>{@code docker}</td><td>RabbitMQ in a container, by Testcontainers, from the image that
 *     {@code WARRENER_TEST_IMAGE} names (default {@code rabbitmq:4-management})</td></tr>
 * <tr><td>{@code private}</td><td>a throw-away RabbitMQ node, from the {@code rabbitmq-server} that
 *     is installed here, started as the user who runs the tests</td></tr>
 * <tr><td>{@code embedded}</td><td>Qpid Broker-J inside the JVM</td></tr>
 * <tr><td>{@code amqp://…}, {@code amqps://…}</td><td>the broker at that address. Its management
 *     API is expected on the same host with the same user, on port 15672, or at the URL in {@code
 *     WARRENER_TEST_MANAGEMENT}; without one, tests are kept apart by namespaces</td></tr>
 * </table>
 *
 * <p>A test that can't run on every broker says so with {@link NeedsRabbitMq}. The tests that were
 * skipped are listed on stderr when a module's tests have ended.
 *
 * <p><b>Internal.</b> Only Warrener's own tests use it.
 */
@NullMarked
package dev.warrener.testbroker;

import org.jspecify.annotations.NullMarked;
