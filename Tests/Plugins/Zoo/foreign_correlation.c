// Covers what it never asked for.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_say(sink, PATCHBAY_CHECKPOINT, "{\"state\":1,\"covers\":[7]}");
  return zoo_finish(sink);
}
