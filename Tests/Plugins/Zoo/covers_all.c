// Good: an answer without records, which nothing covers, and many records of its own, which are covered.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  if (message && message->kind == PATCHBAY_OPEN) {
    zoo_emit(sink, PATCHBAY_HTTP_REQUEST, 1, "{\"method\":\"GET\",\"url\":\"{base_url}/\"}", NULL, 0);
    return PATCHBAY_STEP_IDLE;
  }
  char record[1000], covers[60];
  int size = snprintf(record, sizeof record, "[{\"id\":\"%llu\",\"text\":\"%0900d\"}]",
                      (unsigned long long)session->steps, 0);
  zoo_emit(sink, PATCHBAY_RECORDS, session->steps, "{\"extract\":{\"records\":\"\",\"key\":\"/id\"}}", record,
           (uint64_t)size);
  snprintf(covers, sizeof covers, "{\"covers\":[%llu],\"state\":{}}", (unsigned long long)session->steps);
  zoo_say(sink, PATCHBAY_CHECKPOINT, covers);
  return session->steps == 20 ? zoo_finish(sink) : PATCHBAY_STEP_MORE;
}
