/**
 * What the process layer asks of Linux: system calls, file descriptors, epoll, and what /proc
 * shows. Knows nothing of workers.
 */
@NullMarked
package dev.warrener.controller.process.linux;

import org.jspecify.annotations.NullMarked;
