/**
 * Messages as a hostile or broken publisher sends them, written byte for byte, because a well-kept
 * client refuses to send them.
 */
@NullMarked
package dev.warrener.testbroker.hostile;

import org.jspecify.annotations.NullMarked;
