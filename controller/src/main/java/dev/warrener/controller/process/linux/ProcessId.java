package dev.warrener.controller.process.linux;

/**
 * Names a process for good: a number alone may come to mean another one.
 *
 * @param pid its process id
 * @param startTicks when it started: field 22 of the kernel's stat
 */
public record ProcessId(long pid, long startTicks) {}
