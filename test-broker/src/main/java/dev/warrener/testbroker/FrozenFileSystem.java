package dev.warrener.testbroker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system on a loop device, which can be frozen. A process that writes into it then waits in
 * the kernel (state D), where no signal reaches it, not even SIGKILL, until it is thawed. Tests use
 * it to stage a process that can't be killed. It takes root, and nothing else on most machines.
 */
public final class FrozenFileSystem implements AutoCloseable {
  private static final int BYTES = 16 << 20;
  private static final long PATIENCE_SECONDS = 30;

  private final Path image;
  private final Path mount;
  private boolean frozen;

  private FrozenFileSystem(Path image, Path mount) {
    this.image = image;
    this.mount = mount;
  }

  /**
   * Makes a file system inside that directory. It is not frozen.
   *
   * @throws IOException if this machine or user can't make one, with the reason
   */
  public static FrozenFileSystem make(Path directory) throws IOException {
    Path image = directory.resolve("file-system");
    Files.write(image, new byte[BYTES]);
    Path mount = Files.createDirectory(directory.resolve("frozen"));
    run("mkfs.ext4", "-q", "-F", image.toString());
    run("mount", "-o", "loop", image.toString(), mount.toString());
    return new FrozenFileSystem(image, mount);
  }

  /** Returns a file inside. While frozen, writing into it can't be interrupted. */
  public Path file() {
    return mount.resolve("file");
  }

  /** Freezes it: writers wait from now on. */
  public void freeze() throws IOException {
    run("fsfreeze", "-f", mount.toString());
    frozen = true;
  }

  /** Thaws it: writers go on. */
  public void thaw() throws IOException {
    if (frozen) {
      run("fsfreeze", "-u", mount.toString());
      frozen = false;
    }
  }

  /** Thaws and removes it. */
  @Override
  public void close() throws IOException {
    thaw();
    run("umount", "--lazy", mount.toString());
    Files.delete(image);
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (InputStream output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", List.of(command)) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
