// Asks to be woken two hundred times.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  for (uint64_t i = 1; i <= 200; i++) zoo_emit(sink, PATCHBAY_WAIT, i, "{\"delay_ms\":60000}", NULL, 0);
  return PATCHBAY_STEP_IDLE;
}
