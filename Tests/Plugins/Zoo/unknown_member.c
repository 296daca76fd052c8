// Asks for something that the host does not know.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  zoo_say(sink, PATCHBAY_NOTE, "{\"level\":\"info\",\"text\":\"a\",\"colour\":\"red\"}");
  return zoo_finish(sink);
}
