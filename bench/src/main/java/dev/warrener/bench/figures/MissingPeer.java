package dev.warrener.bench.figures;

/**
 * A peer that is not installed here, and so was not measured.
 *
 * @param peer its name
 * @param because what was looked for and not found, a clause
 * @param install the command that installs it
 */
public record MissingPeer(String peer, String because, String install) {}
