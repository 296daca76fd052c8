// Asks a second question under the correlation of one that was answered, or, before that, called back.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  if (message->kind == PATCHBAY_OPEN) {
    zoo_emit(sink, PATCHBAY_WAIT, 1, "{\"delay_ms\":0}", NULL, 0);
    return PATCHBAY_STEP_IDLE;
  }
  if (message->correlation == 2) return zoo_finish(sink);
  zoo_emit(sink, PATCHBAY_WAIT, 2, "{\"delay_ms\":0}", NULL, 0);
  zoo_emit(sink, PATCHBAY_HTTP_CANCEL, 2, "{}", NULL, 0);
  zoo_emit(sink, PATCHBAY_WAIT, 2, "{\"delay_ms\":0}", NULL, 0);
  return PATCHBAY_STEP_IDLE;
}
