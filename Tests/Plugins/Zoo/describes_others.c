// Tells of columns of a stream that it was not asked to read.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_say(sink, PATCHBAY_CATALOG, "{\"stream\":\"others\",\"columns\":[{\"name\":\"id\",\"at\":\"/id\"}]}");
  return zoo_finish(sink);
}
