// Reports again and again what nobody asked for, as it is loaded, and never reads an order.
#include "zoo.h"

__attribute__((constructor)) static void flood(void) {
  // As a worker's report: done, and no message.
  uint32_t report[14] = {0};
  for (;;) if (write(3, report, sizeof report) < 0) sleep(1);
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  return zoo_finish(sink);
}
