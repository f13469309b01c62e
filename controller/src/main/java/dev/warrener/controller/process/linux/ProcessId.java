package dev.warrener.controller.process.linux;

/**
 * Names a process unambiguously: the number alone may be reused.
 *
 * @param pid its process id
 * @param startTicks when it started: field 22 of the kernel's stat
 */
public record ProcessId(long pid, long startTicks) {}
