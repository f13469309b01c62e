/**
 * The embedded broker: Apache Qpid Broker-J on a loopback port of this JVM, in memory only. It
 * serves {@code warrener broker}, {@code warrener demo}, and the tests of a machine that has
 * neither Docker nor RabbitMQ.
 *
 * <p><b>Public API.</b> Tests of programs that use Warrener may start it.
 *
 * <p>It logs by slf4j under {@code org.apache.qpid} and {@code qpid.message}; at level WARN a run
 * without trouble logs nothing. A logback configuration gets that by {@code <include
 * resource="dev/warrener/embedded/logback-quiet.xml"/>}.
 */
@NullMarked
package dev.warrener.embedded;

import org.jspecify.annotations.NullMarked;
