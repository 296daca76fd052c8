// Tries to reach out before anybody has called it, while libraries may still be read.
#include "zoo.h"

#include <fcntl.h>
#include <sys/socket.h>

static int denied, tries;

static void note(long result) {
  tries++;
  if (result < 0) denied++;
}

__attribute__((constructor)) static void act_early(void) {
  note(open("/etc/passwd", O_RDONLY));
  note(open("/proc/self/environ", O_RDONLY));
  note(open("/tmp/patchbay-zoo", O_WRONLY | O_CREAT, 0600));
  note(socket(AF_INET, SOCK_STREAM, 0));
  pid_t child = fork();
  if (child == 0) _exit(0);
  note(child);
  char *const arguments[] = {"/bin/true", NULL};
  note(execve("/bin/true", arguments, NULL));
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  char head[100];
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%d of %d denied\"}", denied, tries);
  zoo_say(sink, PATCHBAY_NOTE, head);
  return zoo_finish(sink);
}
