/* Measures the time that the kernel needs to start or end the workers' own JVMs.
 *
 *   floor WORKERS FRAMES ANSWERS kill|ready COMMAND...
 *
 * Starts COMMAND WORKERS times, each with two pipes as a controller makes them (frames in on descriptor 4,
 * frames out on 3), writes the file FRAMES to each, and waits until each has answered ANSWERS times.
 * kill: prints the milliseconds from the first SIGKILL to the last waitpid.
 * ready: prints the milliseconds from the first fork to the last first answer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Moves a descriptor above 9, away from 3, 4 and the standard ones. */
static int high(int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  if (copy < 0) fail("dup");
  close(fd);
  return copy;
}

static void read_exactly(int fd, char *to, size_t count) {
  while (count > 0) {
    ssize_t n = read(fd, to, count);
    if (n <= 0) {
      fprintf(stderr, "a worker ended before it had answered\n");
      exit(1);
    }
    to += n;
    count -= (size_t)n;
  }
}

/* Reads one frame: its length in four bytes, and its bytes. An answer that is no frame is one byte long. */
static void read_frame(int fd) {
  static char rest[1 << 16];
  unsigned char head[4];
  read_exactly(fd, (char *)head, 1);
  if (head[0] != 0) return;
  read_exactly(fd, (char *)head + 1, 3);
  size_t length = (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
  if (length > sizeof rest) exit(1);
  read_exactly(fd, rest, length);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int workers = atoi(argv[1]), answers = atoi(argv[3]);
  char frames[4096];
  int file = open(argv[2], O_RDONLY);
  ssize_t length = read(file, frames, sizeof frames);
  if (length < 0) fail(argv[2]);
  close(file);
  signal(SIGPIPE, SIG_IGN);
  pid_t *pids = calloc((size_t)workers, sizeof *pids);
  int *outs = calloc((size_t)workers, sizeof *outs), *ins = calloc((size_t)workers, sizeof *ins);
  int nothing = high(open("/dev/null", O_RDWR));
  double began = now();
  for (int i = 0; i < workers; i++) {
    int to[2], from[2];
    if (pipe(to) || pipe(from)) fail("pipe");
    to[0] = high(to[0]), to[1] = high(to[1]), from[0] = high(from[0]), from[1] = high(from[1]);
    pids[i] = fork();
    if (pids[i] < 0) fail("fork");
    if (pids[i] == 0) {
      setenv("WARRENER_FRAMES_IN", "4", 1);
      setenv("WARRENER_FRAMES_OUT", "3", 1);
      dup2(from[1], 3);
      dup2(to[0], 4);
      dup2(nothing, 0);
      dup2(nothing, 1);
      execvp(argv[5], argv + 5);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    ins[i] = to[1];
    outs[i] = from[0];
    if (write(ins[i], frames, (size_t)length) != length) fail("write");
  }
  for (int i = 0; i < workers; i++) read_frame(outs[i]);
  if (strcmp(argv[4], "ready") == 0) printf("%f\n", now() - began);
  for (int k = 1; k < answers; k++)
    for (int i = 0; i < workers; i++) read_frame(outs[i]);
  struct timespec settle = {0, 300000000};
  if (strcmp(argv[4], "kill") == 0) nanosleep(&settle, NULL);
  double first = now();
  for (int i = 0; i < workers; i++) kill(pids[i], SIGKILL);
  for (int i = 0; i < workers; i++)
    if (waitpid(pids[i], NULL, 0) < 0) fail("waitpid");
  if (strcmp(argv[4], "kill") == 0) printf("%f\n", now() - first);
  return 0;
}
