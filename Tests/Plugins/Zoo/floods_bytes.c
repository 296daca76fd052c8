// Emits records by the megabyte, and never covers them.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  static uint8_t body[8 << 20];
  memset(body, 0x20, sizeof body);
  zoo_emit(sink, PATCHBAY_RECORDS, 1, "{\"extract\":{\"format\":\"ndjson\",\"records\":\"\",\"key\":\"/id\"}}", body,
           sizeof body);
  return PATCHBAY_STEP_MORE;
}
