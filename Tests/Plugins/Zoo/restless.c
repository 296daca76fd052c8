// Begins a thread that never ends.
#include "zoo.h"
#include <pthread.h>

static void *spin(void *context) {
  for (;;) sleep(1);
  return context;
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  pthread_t thread;
  int code = pthread_create(&thread, NULL, spin, NULL);
  char head[100];
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"thread: %s\"}", strerror(code));
  zoo_say(sink, PATCHBAY_NOTE, head);
  return zoo_finish(sink);
}
