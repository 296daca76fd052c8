// Puts a second request behind its own, asks another tenant, brings a credential; says what came of each.
#include "zoo.h"

static const char *const headers[] = {
    "\"Content-Length\":\"0\"", "\"content_length\":\"0\"", "\"Transfer-Encoding\":\"chunked\"",
    "\"hOST\":\"other.example\"", "\":authority\":\"other.example\"", "\"Connection\":\"Authorization\"",
    "\"Proxy-Authorization\":\"x\"", "\"Authorization\":\"x\"", "\"X\":\"a\\r\\nHost: other.example\"",
    "\"X \":\"a\"", "\"X\":\"a\\u0000\"",
};
enum { COUNT = sizeof headers / sizeof *headers };

static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  char head[300];
  uint64_t step = session->steps;
  if (message->kind != PATCHBAY_OPEN) {
    int is_refused = message->kind == PATCHBAY_FAILED && memmem(message->head, message->head_size, "egress.header", 13);
    snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%llu %s\"}", (unsigned long long)step - 1,
             is_refused ? "refused" : "ALLOWED");
    zoo_say(sink, PATCHBAY_NOTE, head);
  }
  if (step > COUNT) return zoo_finish(sink);
  snprintf(head, sizeof head, "{\"method\":\"POST\",\"url\":\"{base_url}/smuggled\",\"headers\":{%s}}",
           headers[step - 1]);
  const char *body = "GET /smuggled HTTP/1.1\r\nHost: other.example\r\n\r\n";
  zoo_emit(sink, PATCHBAY_HTTP_REQUEST, step, head, body, strlen(body));
  return PATCHBAY_STEP_IDLE;
}
