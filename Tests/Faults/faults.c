// Loaded before the C library into `patchbay` alone: counts the calls that change files, and at one
// of them ends the process as the kernel would (FAULT_KILL_AT), or has the disk full from there on
// (FAULT_FULL_AT). FAULT_COUNT names a file for the number of calls of a whole run. With
// FAULT_DATABASES=1 the calls count, too, by which SQLite changes its files.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT(NAME) ((__typeof__(&NAME))dlsym(RTLD_NEXT, #NAME))

static atomic_long calls;
static long kill_at, full_at;
static const char *count;
static int has_databases;

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
  if (strcmp(program_invocation_short_name, "patchbay") != 0) return;
  kill_at = number("FAULT_KILL_AT");
  full_at = number("FAULT_FULL_AT");
  count = getenv("FAULT_COUNT");
  has_databases = number("FAULT_DATABASES") == 1;
}

__attribute__((destructor)) static void end(void) {
  FILE *file = count ? fopen(count, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

// Before each call: whether the disk is full by now.
static int is_full(void) {
  long now = atomic_fetch_add(&calls, 1) + 1;
  if (now == kill_at) kill(getpid(), SIGKILL);
  return full_at > 0 && now >= full_at;
}

static int fail(void) {
  errno = ENOSPC;
  return -1;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (flags & O_CREAT && is_full()) return fail();
  return NEXT(open)(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
  struct stat info;
  int is_file = descriptor > 2 && fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  if (is_file && is_full()) return fail();
  return NEXT(write)(descriptor, bytes, size);
}

int mkdir(const char *path, mode_t mode) { return is_full() ? fail() : NEXT(mkdir)(path, mode); }
int symlink(const char *to, const char *path) { return is_full() ? fail() : NEXT(symlink)(to, path); }
int fsync(int descriptor) { return is_full() ? fail() : NEXT(fsync)(descriptor); }

// What needs no space is not refused.
int rename(const char *from, const char *to) {
  is_full();
  return NEXT(rename)(from, to);
}

int unlink(const char *path) {
  is_full();
  return NEXT(unlink)(path);
}

int rmdir(const char *path) {
  is_full();
  return NEXT(rmdir)(path);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  if (has_databases && is_full()) return fail();
  return NEXT(pwrite)(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
  if (has_databases && is_full()) return fail();
  return NEXT(pwrite64)(descriptor, bytes, size, offset);
}

int fdatasync(int descriptor) { return has_databases && is_full() ? fail() : NEXT(fdatasync)(descriptor); }

int ftruncate64(int descriptor, off64_t size) {
  if (has_databases && is_full()) return fail();
  return NEXT(ftruncate64)(descriptor, size);
}
