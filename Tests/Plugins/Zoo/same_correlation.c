// Asks two questions under one correlation.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_emit(sink, PATCHBAY_WAIT, 1, "{\"delay_ms\":1000}", NULL, 0);
  zoo_emit(sink, PATCHBAY_WAIT, 1, "{\"delay_ms\":1000}", NULL, 0);
  return PATCHBAY_STEP_IDLE;
}
