// What a process gives up before it runs foreign code. Linux only.
//
// All functions act on the calling process for good and must be called while it has one thread.
// They return 0, or an errno value; what a failure leaves behind is stricter, never looser.
#ifndef PATCHBAY_SANDBOX_H
#define PATCHBAY_SANDBOX_H

#include <stdint.h>

/// The version of Landlock that the kernel has; 0 where it has none or has it switched off.
int32_t sandbox_landlock_version(void);
/// 1 where the kernel can filter system calls.
int32_t sandbox_has_filter(void);

/// Ceilings of the process.
typedef struct sandbox_limits {
  uint64_t memory_bytes;       ///< of address space
  uint64_t processor_seconds;  ///< in all
  uint64_t descriptors;
} sandbox_limits;

/// No new rights, no capabilities, no core file, no tracing, no new processes, no growing files; dies with its
/// parent.
int32_t sandbox_limit(const sandbox_limits *_Nonnull limits);

/// Of all files only those under `readable` (NULL at its end) may be opened, and for reading and
/// mapping alone; nothing may be connected or bound, and no process outside be signalled.
int32_t sandbox_restrict_files(const char *_Nullable const *_Nonnull readable);

/// Before the foreign library is loaded: only what loading and computing need.
int32_t sandbox_filter_for_loading(void);
/// Before its first call: files can no longer be opened, nor memory made executable.
int32_t sandbox_filter_for_running(void);

#endif
