// Breaks the contract in a member whose name is almost a megabyte long, of few characters as people count them.
#include "zoo.h"

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  (void)session;
  (void)message;
  enum { MARKS = 400000 };
  char *head = malloc(MARKS * 2 + 100);
  size_t size = (size_t)sprintf(head, "{\"level\":\"info\",\"text\":\"x\",\"a");
  for (int i = 0; i < MARKS; i++) head[size++] = (char)0xCC, head[size++] = (char)0x81;
  strcpy(head + size, "\":1}");
  zoo_say(sink, PATCHBAY_NOTE, head);
  free(head);
  return zoo_finish(sink);
}
