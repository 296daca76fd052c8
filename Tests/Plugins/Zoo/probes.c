// Tries what no plugin may, and says what came of it.
#include "zoo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long try_open(const char *path, int flags) {
  long file = open(path, flags, 0600);
  if (file >= 0) close((int)file);
  return file;
}

static void *run_thread(void *context) { return context; }

static long try_thread(void) {
  pthread_t thread;
  int code = pthread_create(&thread, NULL, run_thread, NULL);
  if (code == 0) pthread_join(thread, NULL);
  errno = code;
  return code == 0 ? 0 : -1;
}

static long try_executable_memory(void) {
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? -1 : 0;
}

static long try_fork(void) {
  long child = fork();
  if (child == 0) _exit(0);
  if (child > 0) waitpid((pid_t)child, NULL, 0);
  return child;
}

static long try_exec(void) {
  char *const arguments[] = {"/bin/true", NULL};
  return execve("/bin/true", arguments, NULL);
}

static long try_connect(int family) {
  int line = socket(family, SOCK_STREAM, 0);
  if (line < 0) return -1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(line, (struct sockaddr *)&address, sizeof address);
}

static long try_stat(const char *path) {
  struct stat info;
  return fstatat(AT_FDCWD, path, &info, 0);
}

static long try_limit(void) {
  struct rlimit limit;
  return prlimit(0, RLIMIT_AS, NULL, &limit);
}

struct probe { const char *name; long result; int error; };

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  struct probe probes[32];
  size_t count = 0;
#define PROBE(NAME, CALL)                          \
  do {                                             \
    errno = 0;                                     \
    long result = (CALL);                          \
    probes[count++] = (struct probe){NAME, result, errno}; \
  } while (0)
  PROBE("open a file", try_open("/etc/passwd", O_RDONLY));
  PROBE("open the environment", try_open("/proc/self/environ", O_RDONLY));
  PROBE("open a library", try_open("/etc/ld.so.cache", O_RDONLY));
  PROBE("write a file", try_open("/tmp/patchbay-hostile", O_WRONLY | O_CREAT));
  PROBE("socket", socket(AF_INET, SOCK_STREAM, 0));
  PROBE("connect", try_connect(AF_INET));
  PROBE("local socket", socket(AF_UNIX, SOCK_STREAM, 0));
  PROBE("fork", try_fork());
  PROBE("thread", try_thread());
  PROBE("exec", try_exec());
  PROBE("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
  PROBE("kill the host", kill(getppid(), 0));
  PROBE("kill all", kill(-1, 0));
  PROBE("executable memory", try_executable_memory());
  PROBE("memory of the host", syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
  PROBE("descriptor", dup(3));
  PROBE("shared memory", memfd_create("hostile", 0));
  PROBE("user namespace", syscall(SYS_unshare, 0x10000000));
  PROBE("kernel log", syscall(SYS_syslog, 3, NULL, 0));
  PROBE("look at a file", try_stat("/etc/passwd"));
  PROBE("look at the folder above", try_stat(".."));
  PROBE("limits", try_limit());
  PROBE("signals of the line", fcntl(3, F_SETOWN, getppid()));
  PROBE("io_uring", syscall(425, 1, NULL));
  for (size_t i = 0; i < count; i++) {
    char head[256];
    snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%s %s %d\"}", probes[i].name,
             probes[i].result < 0 ? "denied" : "ALLOWED", probes[i].error);
    zoo_say(sink, PATCHBAY_NOTE, head);
  }
  return zoo_finish(sink);
}
