// Reads page after page, and no checkpoint covers any.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)message;
  char head[200];
  snprintf(head, sizeof head,
           "{\"method\":\"GET\",\"url\":\"{base_url}/page/%llu\","
           "\"extract\":[{\"records\":\"/data\",\"key\":\"/id\"}]}",
           (unsigned long long)session->steps);
  zoo_emit(sink, PATCHBAY_HTTP_REQUEST, session->steps, head, NULL, 0);
  return PATCHBAY_STEP_IDLE;
}
