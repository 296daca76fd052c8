// Emits a page that is not JSON.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_emit(sink, PATCHBAY_RECORDS, 1, "{\"extract\":{\"records\":\"\",\"key\":\"/id\"}}", "[{\"id\":1}", 9);
  return zoo_finish(sink);
}
