// Has records of an answer that has not come.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_emit(sink, PATCHBAY_WAIT, 1, "{\"delay_ms\":1000}", NULL, 0);
  zoo_emit(sink, PATCHBAY_RECORDS, 1, "{\"extract\":{\"records\":\"\",\"key\":\"/id\"}}", "[]", 2);
  return PATCHBAY_STEP_IDLE;
}
