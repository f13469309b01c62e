package dev.warrener.bench.figures;

/**
 * A peer that was not measured, because it is not installed.
 *
 * @param peer the name of the peer
 * @param because what was not found, as a clause that follows "because"
 * @param install the command that installs the peer
 */
public record MissingPeer(String peer, String because, String install) {}
