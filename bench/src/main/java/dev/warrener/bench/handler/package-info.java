/**
 * The handlers of the measured tasks. Worker processes load them, so they use only the JDK and the
 * handler interface.
 */
@NullMarked
package dev.warrener.bench.handler;

import org.jspecify.annotations.NullMarked;
