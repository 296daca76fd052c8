// Emits a kind of message that there is not.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_say(sink, 4711, "{}");
  return zoo_finish(sink);
}
