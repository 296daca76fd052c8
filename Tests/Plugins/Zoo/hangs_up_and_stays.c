// Closes the line that its worker speaks on, and does not end.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  close(3);
  for (;;) sleep(1);
}
