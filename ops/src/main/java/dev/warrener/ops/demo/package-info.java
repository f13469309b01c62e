/**
 * What {@code warrener demo} needs besides the commands themselves: a controller in a process of
 * its own, and somebody who looks at the processes from outside.
 */
@NullMarked
package dev.warrener.ops.demo;

import org.jspecify.annotations.NullMarked;
