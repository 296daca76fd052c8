// A plugin that does what /config/way names, all of it forbidden, and says what came of it.
#define _GNU_SOURCE
#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct patchbay_session {
  const patchbay_json_1 *json;
};

static uint32_t emit(const patchbay_sink *sink, uint32_t kind, const char *head) {
  patchbay_message message = {.kind = kind, .head = head, .head_size = strlen(head)};
  return sink->emit(sink->context, &message);
}

// ---- What it tries --------------------------------------------------------------------------

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

struct probe { const char *name; long result; int error; };

static uint32_t probe_all(const patchbay_sink *sink) {
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
  PROBE("io_uring", syscall(425, 1, NULL));
  for (size_t i = 0; i < count; i++) {
    char head[256];
    snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%s %s %d\"}", probes[i].name,
             probes[i].result < 0 ? "denied" : "ALLOWED", probes[i].error);
    emit(sink, PATCHBAY_NOTE, head);
  }
  emit(sink, PATCHBAY_DONE, "{}");
  return PATCHBAY_STEP_ENDED;
}

static volatile int nothing;

static int fall(int depth) {
  volatile char room[4096];
  room[0] = (char)depth;
  return depth < 0 ? room[0] : fall(depth + 1) + room[0];
}

static void eat_memory(void) {
  for (;;) {
    char *piece = malloc(16 << 20);
    if (piece == NULL) abort();
    memset(piece, 1, 16 << 20);
    // The compiler must believe that it is of use.
    __asm__ volatile("" : : "r"(piece) : "memory");
  }
}

static void babble(void) {
  char noise[4096];
  memset(noise, 0xAB, sizeof noise);
  for (int i = 0; i < 3; i++) nothing += (int)write(3, noise, sizeof noise);
}

static uint32_t act(const char *way, const patchbay_sink *sink) {
  if (strcmp(way, "probes") == 0) return probe_all(sink);
  if (strcmp(way, "crashes") == 0) *(volatile int *)8 = 1;
  if (strcmp(way, "aborts") == 0) abort();
  if (strcmp(way, "leaves") == 0) _exit(0);
  if (strcmp(way, "hangs") == 0) for (;;) nothing++;
  if (strcmp(way, "eats memory") == 0) eat_memory();
  if (strcmp(way, "falls") == 0) nothing = fall(0);
  if (strcmp(way, "babbles") == 0) babble();
  if (strcmp(way, "closes the line") == 0) close(3);
  if (strcmp(way, "is good") == 0) {
    emit(sink, PATCHBAY_DONE, "{}");
    return PATCHBAY_STEP_ENDED;
  }
  return PATCHBAY_STEP_IDLE;
}

// ---- The table ------------------------------------------------------------------------------

static patchbay_session *open_session(const patchbay_host *host) {
  patchbay_session *session = calloc(1, sizeof *session);
  if (session != NULL) session->json = host->get_extension("patchbay.json/1");
  return session;
}

static uint32_t step(patchbay_session *session, const patchbay_moment *moment,
                     const patchbay_message *message, const patchbay_sink *sink) {
  (void)moment;
  if (message == NULL || message->kind != PATCHBAY_OPEN) return PATCHBAY_STEP_IDLE;
  char way[64] = "";
  int64_t size = session->json->find((const uint8_t *)message->head, message->head_size,
                                     "/config/way", way, sizeof way - 1, NULL);
  return size < 0 ? PATCHBAY_STEP_IDLE : act(way, sink);
}

static void close_session(patchbay_session *session) { free(session); }
static const void *no_extension(const char *id) { (void)id; return NULL; }

static const patchbay_plugin table = {
    .abi_version = PATCHBAY_ABI_VERSION, .open = open_session, .step = step,
    .close = close_session, .get_extension = no_extension};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version == PATCHBAY_ABI_VERSION ? &table : NULL;
}
