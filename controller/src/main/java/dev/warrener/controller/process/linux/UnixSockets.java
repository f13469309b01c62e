package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.errno;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Unix domain stream sockets, by file descriptor. The JDK has them too, but doesn't tell which
 * process is at the other end. Thread-safe, except that a descriptor must not be used while it is
 * being closed: {@link #shutDown} it first, which wakes whoever waits on it.
 *
 * <p>Calls that can fail return the kernel's error number, negative.
 */
public final class UnixSockets {
  /** The longest path of a socket in bytes, without the zero at its end. */
  public static final int LONGEST_PATH = 107;

  /** The error number that says: the kernel doesn't know that option. */
  public static final int ENOPROTOOPT = 92;

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 0x8_0000;
  private static final int SOL_SOCKET = 1;

  // The numbers of these two differ on POWER.
  private static final boolean IS_POWER = System.getProperty("os.arch", "").startsWith("ppc");
  private static final int SO_PEERCRED = IS_POWER ? 21 : 17;
  private static final int SO_RCVTIMEO = IS_POWER ? 18 : 20;

  /** Since Linux 6.5. */
  private static final int SO_PEERPIDFD = 77;

  private static final int SHUT_RDWR = 2;
  private static final int EINVAL = 22;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final long ADDRESS_BYTES = 2 + LONGEST_PATH + 1;
  private static final long CREDENTIALS_BYTES = 12;
  private static final long UID_OFFSET = 4;
  private static final long TIMEVAL_BYTES = 16;
  private static final long MICROS_OFFSET = 8;

  private static final MethodHandle SOCKET =
      function(
          "socket",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));
  private static final MethodHandle BIND =
      function(
          "bind",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle LISTEN =
      function(
          "listen",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle ACCEPT4 =
      function(
          "accept4",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      function(
          "getsockopt",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      function(
          "shutdown",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle SEND =
      function(
          "send",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private UnixSockets() {}

  /**
   * The process that connected, as the kernel noted it when that process called {@code connect}.
   *
   * @param pid its process id; 0 if it is in a pid namespace whose processes this one can't see
   * @param uid its effective user
   */
  public record Credentials(long pid, long uid) {}

  /** Opens a socket under a path that nothing has yet. It does not listen. */
  public static int bind(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > LONGEST_PATH) {
      throw new IOException("the path " + path + " is too long for a socket");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int socket = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (socket < 0) {
        throw new IOException("no socket can be opened (error " + errno(state) + ")");
      }
      MemorySegment address = arena.allocate(ADDRESS_BYTES, Long.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, name.length);
      int result = (int) BIND.invokeExact(state, socket, address, (int) ADDRESS_BYTES);
      if (result != 0) {
        int error = errno(state);
        Kernel.close(socket);
        throw new IOException("no socket can be made at " + path + " (error " + error + ")");
      }
      return socket;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Lets a socket listen. */
  public static void listen(int socket, int backlog) throws IOException {
    int error;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) LISTEN.invokeExact(state, socket, backlog);
      error = result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
    if (error != 0) {
      throw new IOException("the socket can't listen (error " + error + ")");
    }
  }

  /** Waits for a connection. Returns its descriptor, or a negative error number. */
  public static int accept(int listener) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int socket =
          (int)
              ACCEPT4.invokeExact(
                  state, listener, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
      return socket < 0 ? -errno(state) : socket;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Returns who is at the other end of a connection. */
  public static Credentials credentials(int socket) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(CREDENTIALS_BYTES, Integer.BYTES);
      int error = getOption(arena, socket, SO_PEERCRED, found);
      if (error != 0) {
        throw new IOException("the process at the other end is unknown (error " + error + ")");
      }
      return new Credentials(
          Integer.toUnsignedLong(found.get(ValueLayout.JAVA_INT, 0)),
          Integer.toUnsignedLong(found.get(ValueLayout.JAVA_INT, UID_OFFSET)));
    }
  }

  /**
   * Opens a pidfd of the process at the other end of a connection, which stands for it even if its
   * number is reused.
   *
   * @return the descriptor; {@code -ENOPROTOOPT} before Linux 6.5; another negative number if that
   *     process is gone
   */
  public static int peerPidfd(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(ValueLayout.JAVA_INT);
      int error = getOption(arena, socket, SO_PEERPIDFD, found);
      return error == 0 ? found.get(ValueLayout.JAVA_INT, 0) : -error;
    }
  }

  private static int getOption(Arena arena, int socket, int option, MemorySegment into) {
    try {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
      length.set(ValueLayout.JAVA_INT, 0, (int) into.byteSize());
      int result = (int) GETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, option, into, length);
      // An option of another size is not what it was taken for.
      boolean isWhole = length.get(ValueLayout.JAVA_INT, 0) == into.byteSize();
      return result != 0 ? errno(state) : isWhole ? 0 : EINVAL;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Lets a read that waits for so long return {@code -EAGAIN}. */
  public static void limitReads(int socket, Duration longest) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment time = arena.allocate(TIMEVAL_BYTES, Long.BYTES);
      time.set(ValueLayout.JAVA_LONG, 0, longest.toSeconds());
      time.set(ValueLayout.JAVA_LONG, MICROS_OFFSET, longest.toNanosPart() / 1_000);
      int ignored =
          (int)
              SETSOCKOPT.invokeExact(
                  state, socket, SOL_SOCKET, SO_RCVTIMEO, time, (int) TIMEVAL_BYTES);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Sends bytes.
   *
   * @param waits whether to wait for room; otherwise what finds no room is not sent
   * @return the number of bytes that were sent, or a negative error number
   */
  public static int send(int socket, byte[] bytes, int from, boolean waits) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment data = arena.allocate(Math.max(1, bytes.length - from));
      MemorySegment.copy(bytes, from, data, ValueLayout.JAVA_BYTE, 0, bytes.length - from);
      long sent =
          (long)
              SEND.invokeExact(
                  state,
                  socket,
                  data,
                  (long) (bytes.length - from),
                  MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
      return sent < 0 ? -errno(state) : (int) sent;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Receives bytes as {@link Pipes#read} does. */
  public static int receive(int socket, byte[] into) {
    return Pipes.read(socket, into);
  }

  /** Ends a connection or a listener, and wakes whoever waits on it. */
  public static void shutDown(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int ignored = (int) SHUTDOWN.invokeExact(state, socket, SHUT_RDWR);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
