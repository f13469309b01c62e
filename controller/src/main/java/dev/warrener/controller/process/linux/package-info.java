/**
 * Access to Linux for the process layer: system calls, pipes, epoll, and the files of /proc. Knows
 * nothing of workers.
 */
@NullMarked
package dev.warrener.controller.process.linux;

import org.jspecify.annotations.NullMarked;
