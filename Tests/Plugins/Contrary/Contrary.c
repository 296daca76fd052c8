// A plugin that breaks the contract, in the way that /config/way names: for tests of the host.
//
// Two texts in the file are meant to be overwritten by a test. `trace` names a file that the
// constructor makes: if it is not there, none of the plugin's code ran. `entry_way` says how the
// entry and `open` behave.
#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile const char trace[512] = "contrary.trace:";
static volatile const char entry_way[64] = "contrary.entry:good";

// The text after the colon, copied: the compiler must not know what it was.
static void read_text(volatile const char *text, uint64_t size, char *out) {
  uint64_t at = 0;
  uint64_t count = 0;
  while (at < size && text[at] != ':') at += 1;
  for (at += 1; at < size && text[at] != 0; at += 1) out[count++] = text[at];
  out[count] = 0;
}

__attribute__((constructor)) static void leave_trace(void) {
  char path[512];
  read_text(trace, sizeof trace, path);
  if (path[0] == 0) return;
  FILE *file = fopen(path, "a");
  if (file != NULL) fclose(file);
}

struct patchbay_session {
  const patchbay_json_1 *json;
  char way[64];
  int steps;
};

static patchbay_session *open_session(const patchbay_host *host) {
  char way[64];
  read_text(entry_way, sizeof entry_way, way);
  if (strcmp(way, "opens nothing") == 0) return NULL;
  patchbay_session *session = calloc(1, sizeof *session);
  if (session != NULL) session->json = host->get_extension("patchbay.json/1");
  return session;
}

static void close_session(patchbay_session *session) { free(session); }

static uint32_t emit(const patchbay_sink *sink, uint32_t kind, const char *head) {
  patchbay_message message = {.kind = kind, .head = head, .head_size = strlen(head)};
  return sink->emit(sink->context, &message);
}

static uint32_t emit_sizes(const patchbay_sink *sink, const char *head, uint64_t head_size,
                           const char *body, uint64_t body_size) {
  patchbay_message message = {.kind = PATCHBAY_NOTE,
                              .head = head,
                              .head_size = head_size,
                              .body = (const uint8_t *)body,
                              .body_size = body_size};
  return sink->emit(sink->context, &message);
}

static const char note[] = "{\"level\":\"info\",\"text\":\"a note\"}";

// What each way emits as a head of NOTE.
static const char *const heads[][2] = {
    {"unknown member", "{\"level\":\"info\",\"text\":\"a note\",\"colour\":\"red\"}"},
    {"unknown optional member",
     "{\"level\":\"info\",\"text\":\"a note\",\"colour\":\"red\",\"optional\":[\"colour\"]}"},
    {"wrong type", "{\"level\":\"info\",\"text\":5}"},
    {"missing member", "{\"level\":\"info\"}"},
    {"no json", "level: info"},
    {"no utf-8", "{\"level\":\"info\",\"text\":\"\xC3\x28\"}"},
    {"twice the same", "{\"level\":\"info\",\"level\":\"info\",\"text\":\"a note\"}"},
    {"a list", "[]"},
};

static uint32_t finish(const patchbay_sink *sink) {
  emit(sink, PATCHBAY_DONE, "{}");
  return PATCHBAY_STEP_ENDED;
}

static uint32_t emit_sized(const char *way, const patchbay_sink *sink) {
  if (strcmp(way, "large head") == 0) emit_sizes(sink, note, (1u << 20) + 1, NULL, 0);
  if (strcmp(way, "large body") == 0) emit_sizes(sink, note, strlen(note), note, (64u << 20) + 1);
  if (strcmp(way, "greatest size") == 0) emit_sizes(sink, note, UINT64_MAX, note, UINT64_MAX);
  if (strcmp(way, "no head") == 0) emit_sizes(sink, NULL, 5, NULL, 0);
  if (strcmp(way, "no body") == 0) emit_sizes(sink, note, strlen(note), NULL, 5);
  return PATCHBAY_STEP_IDLE;
}

// Each way is one step; those that end in a number say how many steps there were.
static uint32_t misbehave(patchbay_session *session, const patchbay_sink *sink) {
  const char *way = session->way;
  for (uint64_t index = 0; index < sizeof heads / sizeof heads[0]; index += 1) {
    if (strcmp(way, heads[index][0]) != 0) continue;
    emit(sink, PATCHBAY_NOTE, heads[index][1]);
    return finish(sink);
  }
  if (strcmp(way, "good") == 0) {
    emit(sink, PATCHBAY_NOTE, note);
    return finish(sink);
  }
  if (strcmp(way, "no verdict") == 0) return 77;
  if (strcmp(way, "never rests") == 0) return PATCHBAY_STEP_MORE;
  if (strcmp(way, "floods") == 0) {
    while (emit(sink, PATCHBAY_NOTE, note) == PATCHBAY_ACCEPTED) continue;
    return PATCHBAY_STEP_IDLE;
  }
  if (strcmp(way, "rests after three") == 0) {
    emit(sink, PATCHBAY_NOTE, note);
    return session->steps < 3 ? PATCHBAY_STEP_MORE : PATCHBAY_STEP_IDLE;
  }
  if (strcmp(way, "ends in silence") == 0) return PATCHBAY_STEP_ENDED;
  if (strcmp(way, "done and idle") == 0) {
    emit(sink, PATCHBAY_DONE, "{}");
    return PATCHBAY_STEP_IDLE;
  }
  if (strcmp(way, "after done") == 0) {
    finish(sink);
    // 77 is no verdict: the test fails unless the host answered that it is closed.
    return emit(sink, PATCHBAY_NOTE, note) == PATCHBAY_CLOSED ? PATCHBAY_STEP_ENDED : 77;
  }
  if (strcmp(way, "unknown kind") == 0) emit(sink, 1234, "{}");
  if (strcmp(way, "kind of the host") == 0) emit(sink, PATCHBAY_OPEN, "{}");
  if (strcmp(way, "kind 0") == 0) emit(sink, 0, "{}");
  return emit_sized(way, sink);
}

static uint32_t step_session(patchbay_session *session, const patchbay_moment *moment,
                             const patchbay_message *message, const patchbay_sink *sink) {
  (void)moment;
  if (message != NULL && message->kind == PATCHBAY_OPEN) {
    session->json->find((const uint8_t *)message->head, message->head_size, "/config/way",
                        session->way, sizeof session->way - 1, NULL);
  }
  session->steps += 1;
  return misbehave(session, sink);
}

static const void *no_extension(const char *id) {
  (void)id;
  return NULL;
}

#ifdef CONTRARY_TWO_EXPORTS
void contrary_second_export(void) {}
#endif

#ifdef CONTRARY_PROGRAM
int main(void) { return 0; }
#endif

#ifdef CONTRARY_SQLITE
const char *sqlite3_libversion(void);
#endif

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  static patchbay_plugin table = {
      .abi_version = PATCHBAY_ABI_VERSION,
      .open = open_session,
      .step = step_session,
      .close = close_session,
      .get_extension = no_extension,
  };
  char way[64];
  read_text(entry_way, sizeof entry_way, way);
#ifdef CONTRARY_SQLITE
  if (sqlite3_libversion() == NULL) return NULL;
#endif
  if (!PATCHBAY_ABI_SERVES(host_abi_version) || strcmp(way, "serves nobody") == 0) return NULL;
  if (strcmp(way, "another abi") == 0) table.abi_version = 0x00030002u;
  if (strcmp(way, "has holes") == 0) memset(&table.step, 0, sizeof table.step);
  return &table;
}
