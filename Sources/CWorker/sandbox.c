#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// ---- Landlock -------------------------------------------------------------------------------

// What newer kernels can also hold back, as <linux/landlock.h> names it; older headers lack it.
#define ALL_FILE_RIGHTS_1 0x1fffULL
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)
#define ALL_NETWORK_RIGHTS 3ULL
#define ALL_SCOPES 3ULL

struct rules {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};

int32_t sandbox_landlock_version(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? (int32_t)version : 0;
}

int32_t sandbox_has_filter(void) {
  uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static int32_t allow_reading(int rules, const char *path) {
  int file = open(path, O_PATH | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? 0 : errno;
  struct stat info;
  struct landlock_path_beneath_attr rule = {
      .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE,
      .parent_fd = file,
  };
  int32_t code = 0;
  if (fstat(file, &info) != 0) code = errno;
  if (!code && syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) code = errno;
  close(file);
  return code;
}

int32_t sandbox_restrict_files(const char *const *readable) {
  int32_t version = sandbox_landlock_version();
  if (version == 0) return ENOSYS;
  struct rules held = {.files = ALL_FILE_RIGHTS_1};
  size_t size = offsetof(struct rules, network);
  if (version >= 2) held.files |= RIGHT_REFER;
  if (version >= 3) held.files |= RIGHT_TRUNCATE;
  if (version >= 5) held.files |= RIGHT_IOCTL_DEV;
  if (version >= 4) held.network = ALL_NETWORK_RIGHTS, size = offsetof(struct rules, scopes);
  if (version >= 6) held.scopes = ALL_SCOPES, size = sizeof held;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &held, size, 0);
  if (rules < 0) return errno;
  int32_t code = 0;
  for (; *readable && !code; readable++) code = allow_reading(rules, *readable);
  if (!code && syscall(SYS_landlock_restrict_self, rules, 0) != 0) code = errno;
  close(rules);
  return code;
}

// ---- Ceilings -------------------------------------------------------------------------------

static int32_t set_limit(int resource, uint64_t value) {
  struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

/// Root without them is bound by its limits, and by the rights of files, as anybody is.
static int32_t drop_capabilities(void) {
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  // What a kernel does not know, and what nobody but root may, is not there to be dropped.
  for (int one = 0; prctl(PR_CAPBSET_READ, one, 0, 0, 0) >= 0; one++) prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return syscall(SYS_capset, &head, none) == 0 ? 0 : errno;
}

int32_t sandbox_limit(const sandbox_limits *limits) {
  int32_t code = 0;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  if ((code = set_limit(RLIMIT_CORE, 0))) return code;
  if ((code = set_limit(RLIMIT_FSIZE, 0))) return code;
  if ((code = set_limit(RLIMIT_NPROC, 0))) return code;
  if ((code = set_limit(RLIMIT_MEMLOCK, 0))) return code;
  if ((code = set_limit(RLIMIT_NOFILE, limits->descriptors))) return code;
  if ((code = set_limit(RLIMIT_CPU, limits->processor_seconds))) return code;
  if ((code = set_limit(RLIMIT_AS, limits->memory_bytes))) return code;
  return drop_capabilities();
}

// ---- System calls ---------------------------------------------------------------------------

// What computing needs: memory, time, locks, random bits, talking to the host, and ending.
static const int computing[] = {
    SCMP_SYS(brk),          SCMP_SYS(mremap),        SCMP_SYS(munmap),         SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(sched_yield),   SCMP_SYS(clock_gettime),  SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday), SCMP_SYS(time),          SCMP_SYS(getrandom),      SCMP_SYS(rt_sigreturn),
    SCMP_SYS(read),         SCMP_SYS(write),         SCMP_SYS(close),          SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),    SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(sigaltstack),   SCMP_SYS(getcpu),         SCMP_SYS(rseq),
    SCMP_SYS(membarrier),   SCMP_SYS(sched_getaffinity), SCMP_SYS(fstat),      SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
};

// What the loader needs besides: files are held back by Landlock meanwhile.
static const int loading[] = {
    SCMP_SYS(openat),    SCMP_SYS(open),   SCMP_SYS(pread64),         SCMP_SYS(lseek),
    SCMP_SYS(access),    SCMP_SYS(faccessat), SCMP_SYS(faccessat2),   SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(stat),  SCMP_SYS(lstat),           SCMP_SYS(statx),
    SCMP_SYS(getdents64), SCMP_SYS(newfstatat), SCMP_SYS(set_robust_list), SCMP_SYS(arch_prctl),
    SCMP_SYS(rt_sigaction), SCMP_SYS(set_tid_address),
    // The second filter is put in place by the first one's leave.
    SCMP_SYS(seccomp),
};

static int32_t allow(scmp_filter_ctx filter, const int *calls, size_t count) {
  for (size_t i = 0; i < count; i++) {
    // A call that this machine does not have needs no leave.
    if (calls[i] < 0) continue;
    int code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    if (code != 0) return -code;
  }
  return 0;
}

/// abort() signals itself, and so may end; nobody else is signalled.
static int32_t allow_aborting(scmp_filter_ctx filter) {
  return -seccomp_rule_add(
      filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

static int32_t allow_memory(scmp_filter_ctx filter, int may_be_code) {
  const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
  for (size_t i = 0; i < 2; i++) {
    int code = may_be_code ? seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0)
                           : seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
                                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (code != 0) return -code;
  }
  return 0;
}

/// Calls that reach beyond what they are allowed for unless one argument is this. With F_SETOWN, F_SETSIG and
/// O_ASYNC the line to the hub would send it signals: kernels before Landlock's scopes do not ask who may.
static int32_t allow_loading(scmp_filter_ctx filter) {
  const struct { int call; unsigned argument; scmp_datum_t value; } narrow[] = {
      {SCMP_SYS(prlimit64), 0, 0},
      {SCMP_SYS(prctl), 0, PR_SET_NO_NEW_PRIVS},
      {SCMP_SYS(prctl), 0, PR_SET_SECCOMP},
      {SCMP_SYS(fcntl), 1, F_GETFD},
      {SCMP_SYS(fcntl), 1, F_SETFD},
      {SCMP_SYS(fcntl), 1, F_GETFL},
  };
  int32_t code = allow(filter, loading, sizeof loading / sizeof *loading);
  for (size_t i = 0; i < sizeof narrow / sizeof *narrow && !code; i++)
    code = -seccomp_rule_add(filter, SCMP_ACT_ALLOW, narrow[i].call, 1,
                             SCMP_CMP(narrow[i].argument, SCMP_CMP_EQ, narrow[i].value));
  return code;
}

static int32_t filter_calls(int is_loading) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == NULL) return ENOMEM;
  int32_t code = allow(filter, computing, sizeof computing / sizeof *computing);
  if (!code && is_loading) code = allow_loading(filter);
  if (!code) code = allow_memory(filter, is_loading);
  if (!code) code = allow_aborting(filter);
  if (!code) code = -seccomp_load(filter);
  seccomp_release(filter);
  return code;
}

int32_t sandbox_filter_for_loading(void) { return filter_calls(1); }
int32_t sandbox_filter_for_running(void) { return filter_calls(0); }
