/**
 * The handlers that the measured tasks ask for. Loaded by worker processes, so they use the JDK
 * alone.
 */
@NullMarked
package dev.warrener.bench.handler;

import org.jspecify.annotations.NullMarked;
