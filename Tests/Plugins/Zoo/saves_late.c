// Says goodbye with one record more, under a correlation that it had records of before.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  const char *plan = "{\"extract\":{\"records\":\"\",\"key\":\"/id\"}}";
  const char *first = "[{\"id\":\"first\"}]", *last = "[{\"id\":\"last\"}]";
  if (message->kind == PATCHBAY_OPEN) {
    zoo_emit(sink, PATCHBAY_RECORDS, 1, plan, first, strlen(first));
    zoo_emit(sink, PATCHBAY_WAIT, 2, "{\"delay_ms\":60000}", NULL, 0);
    zoo_say(sink, PATCHBAY_NOTE, "{\"level\":\"info\",\"text\":\"it waits\"}");
    return PATCHBAY_STEP_IDLE;
  }
  zoo_emit(sink, PATCHBAY_RECORDS, 1, plan, last, strlen(last));
  zoo_say(sink, PATCHBAY_CHECKPOINT, "{\"covers\":[1],\"state\":{\"behind\":\"last\"}}");
  return zoo_finish(sink);
}
