package dev.warrener.controller.death;

/**
 * A process of a killed worker's tree that is not gone yet.
 *
 * @param pid its process id
 * @param state the kernel's letter for its state, such as {@code D} for a process that waits for a
 *     device and that no signal reaches
 * @param command its name, at most 15 characters
 */
public record Survivor(long pid, String state, String command) {}
