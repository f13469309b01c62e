package dev.warrener.testbroker;

import java.net.URI;

/**
 * A place at a broker where a test meets nothing of other tests: a vhost of its own, or a broker of
 * its own, or at least a namespace of its own.
 */
public interface Vhost extends AutoCloseable {
  /** The address, with a user who may do anything there. */
  URI uri();

  /**
   * The namespace to use: {@code warrener} as by default, or, where a vhost could not be had, a
   * name that no other test uses.
   */
  String namespace();

  /**
   * Makes a user with permissions (regular expressions) in this vhost alone; {@link #close} removes
   * it.
   *
   * @return the address of this vhost with that user
   * @throws UnsupportedOperationException without {@link Capability#USERS}
   */
  URI createUser(String name, String password, String configure, String write, String read);

  /** Removes it with all that is in it; connections to it are closed. Closing twice is fine. */
  @Override
  void close();
}
