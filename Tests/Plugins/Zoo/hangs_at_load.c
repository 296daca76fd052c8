// Does not come back from being loaded.
#include "zoo.h"

__attribute__((constructor)) static void hang(void) {
  for (;;) sleep(1);
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  return zoo_finish(sink);
}
