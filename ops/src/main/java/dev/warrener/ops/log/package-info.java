/** Where log lines go: to stderr in a controller, nowhere in a command unless it is verbose. */
@NullMarked
package dev.warrener.ops.log;

import org.jspecify.annotations.NullMarked;
