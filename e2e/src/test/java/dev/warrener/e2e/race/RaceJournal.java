package dev.warrener.e2e.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The pipe into which the racing workers write what their tasks do, and the thread that reads it. A
 * pipe, not a file: the order to kill a task is timed by the line of its start.
 */
final class RaceJournal implements AutoCloseable {
  private final Path pipe;
  private final Reader reader;
  private final CountDownLatch open = new CountDownLatch(1);
  private final FileOutputStream writer;

  /** Receives what the workers write, on the journal's own thread. */
  interface Reader {
    /** A task starts. */
    void started(String task, Race.Run run);

    /** The handler of a task has come to its last act. */
    void ended(String task);

    /** The worker has reported the end of a task to its controller. */
    void reported(String task);

    /** The journal can't be read any more. */
    void broken(Exception reason);
  }

  private RaceJournal(Path pipe, Reader reader) throws IOException, InterruptedException {
    this.pipe = pipe;
    this.reader = reader;
    // A worker opens the pipe when it starts, which blocks until somebody reads.
    Thread.ofPlatform().name("race-journal").daemon().start(this::read);
    // While this end is open, the pipe does not end with the last worker.
    writer = new FileOutputStream(pipe.toFile(), true);
    assertThat(open.await(1, TimeUnit.MINUTES)).isTrue();
  }

  /** Makes a pipe in this folder and reads it from now on. */
  static RaceJournal open(Path folder, Reader reader) throws IOException, InterruptedException {
    var pipe = folder.resolve("race-journal");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return new RaceJournal(pipe, reader);
  }

  Path pipe() {
    return pipe;
  }

  private void read() {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(pipe.toFile()), StandardCharsets.UTF_8))) {
      open.countDown();
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
      }
    } catch (IOException | RuntimeException e) {
      reader.broken(e);
    }
  }

  private void take(String text) {
    var words = text.split(" ", -1);
    if (words.length < 3) {
      throw new IllegalStateException("an unknown line of the journal: " + text);
    }
    switch (words[0]) {
      case "start" -> {
        if (words.length != 5 || words[4].isEmpty()) {
          throw new IllegalStateException("a broken line of the journal: " + text);
        }
        reader.started(
            words[1], new Race.Run(Integer.parseInt(words[2]), words[3], Long.parseLong(words[4])));
      }
      case "end" -> reader.ended(words[1]);
      default -> reader.reported(words[1]);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
