// Emits one record that is JSON, and one that is not.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  static const char body[] = "{\"id\":1}\n{\"id\":nope}\n";
  zoo_emit(sink, PATCHBAY_RECORDS, 1, "{\"extract\":{\"format\":\"ndjson\",\"records\":\"\",\"key\":\"/id\"}}", body,
           sizeof body - 1);
  zoo_say(sink, PATCHBAY_CHECKPOINT, "{\"state\":1,\"covers\":[1]}");
  return zoo_finish(sink);
}
