package dev.warrener.controller.process.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFileTest {
  @TempDir private Path directory;

  @Test
  void onlyAMissingFileReadsAsNull() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    assertThat(ProcFile.read(directory.resolve("missing").toString())).isNull();
    assertThat(ProcFile.read(process.pid(), "stat")).isNull();
    assertThat(Stat.of(process.pid())).isNull();
    assertThat(ProcFile.threads(process.pid())).isEmpty();
  }

  @Test
  void whatIsThereAndCannotBeReadIsUnreadable() {
    assertThatThrownBy(() -> ProcFile.read(directory.toString()))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("can't be read: error 21");
    assertThat(ProcFile.readIfPossible(directory.toString())).isNull();
  }

  @Test
  void wholeFilesAreReadHoweverLongTheyAre() throws Exception {
    Path file = directory.resolve("long");
    String text = "0123456789".repeat(10_000);
    Files.writeString(file, text);

    assertThat(ProcFile.read(file.toString())).isEqualTo(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void whatIsWrittenIsThereAndAMissingFileIsNotMade() {
    Path file = directory.resolve("switch");
    assertThat(ProcFile.write(file.toString(), new byte[] {'1'})).isFalse();
    assertThat(file).doesNotExist();

    assertThatThrownBy(() -> ProcFile.write(directory.toString(), new byte[] {'1'}))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void processesAndThreadsAreListedByTheirNumbers() throws Exception {
    long self = ProcessHandle.current().pid();

    assertThat(ProcFile.allPids()).contains(self, 1);
    assertThat(ProcFile.threads(self)).contains(self, ProcFile.currentThread());
    assertThat(Arrays.stream(ProcFile.threads(self)).distinct().count())
        .isGreaterThanOrEqualTo(Thread.activeCount());
  }

  @Test
  void aDirectoryWithManyEntriesIsListedWholly() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      Files.createFile(directory.resolve(Integer.toString(i)));
    }
    Files.createFile(directory.resolve("12x"));

    int fd = KernelFiles.openToRead(directory.toString());
    var sum = new long[2];
    assertThat(
            KernelFiles.numbers(
                fd,
                number -> {
                  sum[0]++;
                  sum[1] += number;
                }))
        .isZero();
    KernelFiles.close(fd);

    assertThat(sum).containsExactly(3_000, 2_999L * 3_000 / 2);
  }
}
