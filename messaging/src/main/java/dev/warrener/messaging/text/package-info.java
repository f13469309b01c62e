/**
 * The one place where text of others is made harmless before a terminal or a log shows it.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.messaging.text;

import org.jspecify.annotations.NullMarked;
