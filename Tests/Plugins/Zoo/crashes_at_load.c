// Crashes before anybody has called it.
#include "zoo.h"

__attribute__((constructor)) static void crash(void) { *(volatile int *)8 = 1; }

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  return zoo_finish(sink);
}
