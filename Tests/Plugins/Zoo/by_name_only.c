// Good, but for its manifest: no stream is synced unless it is named.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  return zoo_finish(sink);
}
