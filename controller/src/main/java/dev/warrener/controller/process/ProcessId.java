package dev.warrener.controller.process;

/**
 * Names a process for good: a number alone may come to mean another one.
 *
 * @param pid its process id
 * @param startTicks when it started: field 22 of the kernel's stat
 */
record ProcessId(long pid, long startTicks) {}
