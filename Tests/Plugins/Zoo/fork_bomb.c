// Makes processes and threads, and these make more.
#include "zoo.h"
#include <pthread.h>

static int made;
static pid_t born;

__attribute__((constructor)) static void remember(void) { born = getpid(); }

static void *bomb(void *context) {
  for (;;) if (fork() < 0) return context;
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  for (int i = 0; i < 1000; i++) {
    pthread_t thread;
    if (fork() == 0) continue;
    if (pthread_create(&thread, NULL, bomb, NULL) == 0) made++;
  }
  char head[100];
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%d threads, %s\"}", made,
           getpid() == born ? "no child" : "a child");
  zoo_say(sink, PATCHBAY_NOTE, head);
  return zoo_finish(sink);
}
