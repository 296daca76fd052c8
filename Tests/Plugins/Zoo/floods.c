// Has more to say, for ever.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  while (zoo_say(sink, PATCHBAY_PROGRESS, "{\"done\":1}") == PATCHBAY_ACCEPTED) continue;
  return PATCHBAY_STEP_MORE;
}
