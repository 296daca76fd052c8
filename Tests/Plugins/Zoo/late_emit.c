// Keeps the sink of its first session, and uses it when the second opens.
static void emit_late(void);
#define ZOO_ON_OPEN emit_late()
#include "zoo.h"

static const patchbay_sink *kept;

static void emit_late(void) {
  if (kept != NULL) zoo_say(kept, PATCHBAY_NOTE, "{\"level\":\"info\",\"text\":\"late\"}");
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)message;
  if (session->steps > 1) return zoo_finish(sink);
  kept = sink;
  zoo_emit(sink, PATCHBAY_WAIT, 1, "{\"delay_ms\":1}", NULL, 0);
  return PATCHBAY_STEP_IDLE;
}
