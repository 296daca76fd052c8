// Writes to where nothing is.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  *(volatile int *)8 = 1;
  return PATCHBAY_STEP_IDLE;
}
