// Writes noise to the line that its worker speaks on.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  char noise[4096];
  memset(noise, 0xAB, sizeof noise);
  for (int i = 0; i < 3; i++) if (write(3, noise, sizeof noise) < 0) break;
  return PATCHBAY_STEP_IDLE;
}
