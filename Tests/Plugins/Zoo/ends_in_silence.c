// Ends without a word.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  return PATCHBAY_STEP_ENDED;
}
