// Says what is no JSON.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_say(sink, PATCHBAY_NOTE, "level: info");
  return zoo_finish(sink);
}
