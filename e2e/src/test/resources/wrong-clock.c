/*
 * Moves the time of day of one process, and nothing else: waits and intervals go by other clocks.
 * Preloaded into a program (LD_PRELOAD). WRONG_CLOCK names a file of eight bytes, a number of
 * seconds, which may be changed while the program runs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long right = 0;
static volatile long *ahead = &right;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("WRONG_CLOCK");
  int file = name == NULL ? -1 : open(name, O_RDONLY);
  if (file >= 0) {
    void *bytes = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (bytes != MAP_FAILED) {
      ahead = bytes;
    }
    close(file);
  }
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  int result = (int)syscall(SYS_clock_gettime, clock, at);
  if (result == 0 && clock == CLOCK_REALTIME) {
    at->tv_sec += *ahead;
  }
  return result;
}

int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) {
    *at = now.tv_sec;
  }
  return now.tv_sec;
}
