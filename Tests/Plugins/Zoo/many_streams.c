// A dozen streams, each of which keeps a page that nothing covers until its second request is answered.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  if (message->kind == PATCHBAY_FAILED) {
    zoo_say(sink, PATCHBAY_ERROR, "{\"class\":\"data\",\"code\":\"zoo.failed\",\"message\":\"a request failed\"}");
    return PATCHBAY_STEP_ENDED;
  }
  if (session->steps == 1)
    zoo_emit(sink, PATCHBAY_HTTP_REQUEST, 1,
             "{\"method\":\"GET\",\"url\":\"{base_url}/page\",\"extract\":[{\"records\":\"/data\",\"key\":\"/id\"}]}",
             NULL, 0);
  if (session->steps == 2)
    zoo_emit(sink, PATCHBAY_HTTP_REQUEST, 2, "{\"method\":\"GET\",\"url\":\"{base_url}/hold\"}", NULL, 0);
  if (session->steps < 3) return PATCHBAY_STEP_IDLE;
  zoo_say(sink, PATCHBAY_CHECKPOINT, "{\"covers\":[1,2],\"state\":{}}");
  return zoo_finish(sink);
}
