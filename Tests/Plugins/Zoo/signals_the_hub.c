// Before anybody has called it, asks the kernel to signal the hub whenever something comes on the line between them,
// raises its own ceilings, and looks at files; says what came of it.
#include "zoo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

static int denied, tries;

static void note(long result) {
  tries++;
  if (result < 0) denied++;
}

__attribute__((constructor)) static void act_early(void) {
  note(fcntl(3, F_SETOWN, getppid()));
  note(fcntl(3, F_SETSIG, SIGKILL));
  note(fcntl(3, F_SETFL, O_RDWR | O_ASYNC));
  note(fcntl(3, F_DUPFD, 0));
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  note(setrlimit(RLIMIT_AS, &limit));
  note(setrlimit(RLIMIT_CPU, &limit));
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  char head[100];
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%d of %d denied\"}", denied, tries);
  zoo_say(sink, PATCHBAY_NOTE, head);
  return zoo_finish(sink);
}
