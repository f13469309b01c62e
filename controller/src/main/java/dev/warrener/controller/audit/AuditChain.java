package dev.warrener.controller.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies that an audit log is complete. Each line names the hash of the line before it, so that
 * no line can be changed, removed or inserted without breaking the chain after it. Only a cut at
 * the end leaves no trace in the file: against that, keep a {@link Mark} elsewhere.
 */
public final class AuditChain {
  private long number;
  private long lines;
  private long seq;
  private String hash = AuditLine.START;
  private @Nullable String firstAt;
  private @Nullable String lastAt;
  private byte @Nullable [] torn;
  private final @Nullable Mark mark;
  private boolean isMarkSeen;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private AuditChain(@Nullable Mark mark) {
    this.mark = mark;
  }

  /**
   * A line that was seen in the log at some time.
   *
   * @param seq its number
   * @param sha256 its hash, in hexadecimal
   */
  public record Mark(long seq, String sha256) {
    /**
     * Reads a mark from {@code SEQ:SHA256}.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Mark of(String text) {
      int colon = text.indexOf(':');
      if (colon > 0
          && text.substring(0, colon).chars().allMatch(Character::isDigit)
          && colon <= 18
          && text.substring(colon + 1).matches("[0-9a-f]{64}")) {
        return new Mark(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
      }
      throw new IllegalArgumentException(
          "\"" + text + "\" is no mark: write SEQ:SHA256, as verify printed it");
    }

    @Override
    public String toString() {
      return seq + ":" + sha256;
    }
  }

  /**
   * A place at which the chain is broken.
   *
   * @param line the number of the line in the file, from 1
   * @param what a sentence that says what is wrong
   */
  public record Problem(long line, String what) {}

  /**
   * The outcome of a verification.
   *
   * @param lines the number of lines
   * @param firstAt when the first line was written; empty if there is none
   * @param lastAt when the last line was written
   * @param head the last line, as a mark to keep elsewhere
   * @param problems where the chain is broken; empty if it holds
   * @param notes what is no problem but worth knowing
   */
  public record Account(
      long lines,
      Optional<String> firstAt,
      Optional<String> lastAt,
      Optional<Mark> head,
      List<Problem> problems,
      List<String> notes) {
    /** Whether the chain holds. */
    public boolean holds() {
      return problems.isEmpty();
    }
  }

  /**
   * Verifies a whole log.
   *
   * @param mark a line that must be in the log, or null
   * @throws IOException if the file can't be read
   */
  public static Account verify(Path path, @Nullable Mark mark) throws IOException {
    var chain = new AuditChain(mark);
    try (var in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
      var line = new ByteArrayOutputStream();
      for (var next = chain.next(in, line); next; next = chain.next(in, line)) {
        chain.take(line.toByteArray());
      }
      chain.end(line.toByteArray());
    }
    return chain.account();
  }

  /** Reads to the next line end; returns false if the file ended before one. */
  private boolean next(InputStream in, ByteArrayOutputStream line) throws IOException {
    line.reset();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        number++;
        return true;
      }
      line.write(next);
    }
    return false;
  }

  private void take(byte[] bytes) {
    var line = AuditLine.read(bytes);
    if (line == null) {
      closeTorn(null);
      torn = bytes;
      return;
    }
    closeTorn(line);
    if (lines == 0) {
      firstAt = line.at();
    }
    boolean isFirst = lines == 0 && problems.isEmpty();
    if (isFirst && line.seq() != 1) {
      problems.add(
          new Problem(
              number, "the log begins with line " + line.seq() + ": those before are gone"));
    } else if (!line.prev().equals(hash)) {
      problems.add(
          new Problem(
              number,
              "it does not follow the line before it: that one was changed, or lines between them"
                  + " are gone"));
    } else if (line.seq() != seq + 1) {
      problems.add(new Problem(number, "it is number " + line.seq() + ", not " + (seq + 1)));
    }
    lines++;
    seq = line.seq();
    hash = AuditLine.hash(bytes);
    lastAt = line.at();
    if (mark != null && mark.seq() == seq) {
      isMarkSeen = true;
      if (!mark.sha256().equals(hash)) {
        problems.add(new Problem(number, "it is not the line that had this number"));
      }
    }
    if (line.type().equals("log.lost")) {
      notes.add(
          "line "
              + number
              + ": the disk took no lines, and "
              + line.body().path("lines").asLong()
              + " were lost");
    }
  }

  /** Accepts an unreadable line only if the next line says that a crash cut it short. */
  private void closeTorn(@Nullable AuditLine next) {
    var cut = torn;
    if (cut == null) {
      return;
    }
    torn = null;
    if (next != null
        && next.type().equals(AuditLine.TORN)
        && next.body().path("bytes").asLong() == cut.length) {
      notes.add("line " + (number - 1) + " was cut short by a crash: " + cut.length + " bytes");
    } else {
      problems.add(
          new Problem(number - 1, "it is no line of an audit log (" + cut.length + " bytes)"));
    }
  }

  private void end(byte[] rest) {
    number++;
    closeTorn(null);
    if (rest.length > 0) {
      notes.add(
          "the last line is not whole ("
              + rest.length
              + " bytes): it is being written, or a crash cut it short");
    }
    if (mark != null && !isMarkSeen) {
      problems.add(
          new Problem(number, "line " + mark.seq() + " is gone: the end of the log was cut off"));
    }
  }

  private Account account() {
    return new Account(
        lines,
        Optional.ofNullable(firstAt),
        Optional.ofNullable(lastAt),
        lines == 0 ? Optional.empty() : Optional.of(new Mark(seq, hash)),
        List.copyOf(problems),
        List.copyOf(notes));
  }
}
