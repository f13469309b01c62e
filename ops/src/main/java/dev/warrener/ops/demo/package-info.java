/**
 * The demo: a controller in a process of its own, tasks, a kill, and checks of the processes from
 * outside.
 */
@NullMarked
package dev.warrener.ops.demo;

import org.jspecify.annotations.NullMarked;
