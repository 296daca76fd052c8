// Takes memory until there is none.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  (void)sink;
  for (;;) {
    char *piece = malloc(16 << 20);
    if (piece == NULL) abort();
    memset(piece, 1, 16 << 20);
    // The compiler must believe that it is of use.
    __asm__ volatile("" : : "r"(piece) : "memory");
  }
}
