#pragma once
#include <iconv.h>
#include <gnu/libc-version.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Calls and constants that the C library hides from Swift, or that are variadic.

/// An empty memory file that may be sealed; -1 on failure.
static inline int linux_memory_file(const char *_Nonnull name) {
  return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}
/// Nobody writes, shortens, extends or unseals the memory file any more; 0 on success.
static inline int linux_seal(int descriptor) {
  enum { add_seals = 1033, seal = 1, shrink = 2, grow = 4, write = 8 };  // <linux/fcntl.h>
  return (int)syscall(SYS_fcntl, descriptor, add_seals, seal | shrink | grow | write);
}
/// The memory file keeps its size from here on; 0 on success.
static inline int linux_fix_size(int descriptor) {
  enum { add_seals = 1033, seal = 1, shrink = 2, grow = 4 };  // <linux/fcntl.h>
  return (int)syscall(SYS_fcntl, descriptor, add_seals, seal | shrink | grow);
}
/// Another descriptor of the same file, above those that programs are born with.
static inline int linux_high_copy(int descriptor) {
  enum { duplicate_cloexec = 1030 };  // <linux/fcntl.h>
  return (int)syscall(SYS_fcntl, descriptor, duplicate_cloexec, 64);
}
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int from);
/// The program to come gets no descriptor from this one on; 0 on success.
static inline int linux_close_from(posix_spawn_file_actions_t *_Nonnull actions, int from) {
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *_Nonnull actions,
                                                const char *_Nonnull folder);
/// The program to come begins in this folder; 0 on success.
static inline int linux_begin_in(posix_spawn_file_actions_t *_Nonnull actions, const char *_Nonnull folder) {
  return posix_spawn_file_actions_addchdir_np(actions, folder);
}
/// A descriptor that can be read once the process has ended; -1 on failure.
static inline int linux_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }
/// A pipe whose ends neither wait nor outlive a new program: first the one to read; 0 on success.
static inline int linux_pipe(int ends[_Nonnull 2]) {
  enum { cloexec = 02000000, nonblock = 04000 };  // <fcntl.h>
  return (int)syscall(SYS_pipe2, ends, cloexec | nonblock);
}

/// Opens a file or folder below a folder: no part of the path may lead out of it or be a link. -1 with errno.
static inline int linux_open_beneath(int folder, const char *_Nonnull path, int flags) {
  enum { cloexec = 02000000 };  // <fcntl.h>
  struct open_how how = {.flags = (__u64)(flags | cloexec), .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

/// No core file of this process, and nobody but root may trace it or read its memory.
static inline void linux_forbid_dumps(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
/// 1 where both hold.
static inline int linux_dumps_are_forbidden(void) {
  struct rlimit limit = {1, 1};
  getrlimit(RLIMIT_CORE, &limit);
  return limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
}
