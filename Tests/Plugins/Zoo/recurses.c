// Calls itself until the stack is full.
#include "zoo.h"

static int fall(int depth) {
  volatile char room[4096];
  room[0] = (char)depth;
  return depth < 0 ? room[0] : fall(depth + 1) + room[0];
}

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  return (uint32_t)fall(0);
}
