// A small connector that is right, and as many that are wrong in one thing each: FAULT names it.
//
// Pages of `items` are cut by the host; pages of `lines` it reads itself, and emits their records. Both
// go on where the body's /next leads. `events` come in pieces. It takes webhooks, too, once they are
// verified.
#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef FAULT
#define FAULT FAULT_none
#endif
enum fault {
  FAULT_none, FAULT_loads, FAULT_asks_more, FAULT_uncovered, FAULT_requires, FAULT_hosts, FAULT_headers,
  FAULT_processes, FAULT_sessions, FAULT_room, FAULT_pieces, FAULT_unknown, FAULT_unknown_kind, FAULT_cancel,
  FAULT_late, FAULT_failed, FAULT_state, FAULT_refused, FAULT_broken, FAULT_odd, FAULT_huge, FAULT_unicode,
  FAULT_memory,
};

// What the host had no room for.
struct pending {
  struct pending *next;
  uint32_t kind;
  uint64_t correlation, head_size, body_size;
  char bytes[];
};

struct patchbay_session {
  const patchbay_json_1 *json;
  struct pending *first, **last;
  uint64_t correlation;  // of the request under way
  int is_lines, is_stream, is_webhook, is_over;
  char next[256];
};

static int open_sessions;  // only a faulty plugin looks at it

static void emit(struct patchbay_session *session, const patchbay_sink *sink, uint32_t kind, uint64_t correlation,
                 const char *head, const void *body, uint64_t size) {
  patchbay_message message = {.kind = kind, .correlation = correlation, .head = head,
                              .head_size = strlen(head), .body = body, .body_size = size};
  if (session->first == NULL && sink->emit(sink->context, &message) != PATCHBAY_FULL) return;
  if (FAULT == FAULT_room) return;
  struct pending *one = malloc(sizeof *one + message.head_size + size);
  if (one == NULL) abort();
  one->next = NULL, one->kind = kind, one->correlation = correlation;
  one->head_size = message.head_size, one->body_size = size;
  memcpy(one->bytes, head, message.head_size);
  if (size) memcpy(one->bytes + message.head_size, body, size);
  *session->last = one;
  session->last = &one->next;
}

// Emits what waits, in its order, as far as there is room.
static void flush(struct patchbay_session *session, const patchbay_sink *sink) {
  while (session->first != NULL) {
    struct pending *one = session->first;
    patchbay_message message = {.kind = one->kind, .correlation = one->correlation, .head = one->bytes,
                                .head_size = one->head_size, .body = (uint8_t *)one->bytes + one->head_size,
                                .body_size = one->body_size};
    if (sink != NULL && sink->emit(sink->context, &message) == PATCHBAY_FULL) return;
    session->first = one->next;
    free(one);
  }
  session->last = &session->first;
}

static void note(struct patchbay_session *session, const patchbay_sink *sink, const char *text, int number) {
  char head[128];
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%s %d\"}", text, number);
  emit(session, sink, PATCHBAY_NOTE, 0, head, NULL, 0);
}

// Text in a JSON document. Letters beyond 0x20 that need no escape stay as they are.
static void quote(char *out, size_t room, const char *text) {
  size_t at = 0;
  for (; *text && at + 8 < room; text++) {
    unsigned char letter = (unsigned char)*text;
    if (letter == '"' || letter == '\\') out[at++] = '\\';
    if (letter < 0x20) at += (size_t)snprintf(out + at, room - at, "\\u%04x", letter);
    else out[at++] = (char)letter;
  }
  out[at] = 0;
}

static uint32_t fail(struct patchbay_session *session, const patchbay_sink *sink, const char *class,
                     const char *text) {
  char head[256];
  snprintf(head, sizeof head, "{\"class\":\"%s\",\"code\":\"faulty.end\",\"message\":\"%s\"}", class, text);
  emit(session, sink, PATCHBAY_ERROR, 0, head, NULL, 0);
  session->is_over = 1;
  return PATCHBAY_STEP_ENDED;
}

static uint32_t finish(struct patchbay_session *session, const patchbay_sink *sink) {
  emit(session, sink, PATCHBAY_DONE, 0, "{}", NULL, 0);
  session->is_over = 1;
  return PATCHBAY_STEP_ENDED;
}

static uint32_t ask(struct patchbay_session *session, const patchbay_sink *sink) {
  char head[1024], next[600];
  quote(next, sizeof next, session->next);
  const char *base = FAULT == FAULT_hosts ? "https://elsewhere.example" : "{base_url}";
  int size = snprintf(head, sizeof head, "{\"method\":\"GET\",\"url\":\"%s/%s\",\"query\":[[\"after\",\"%s\"]]", base,
                      session->is_lines ? "lines" : session->is_stream ? "events" : "items", next);
  const char *keep = FAULT == FAULT_requires ? ",\"keep\":[\"/id\"]" : "";
  if (FAULT == FAULT_headers)
    size += snprintf(head + size, sizeof head - (size_t)size, ",\"headers\":{\"content_Length\":\"0\"}");
  if (session->is_stream) snprintf(head + size, sizeof head - (size_t)size, ",\"frame\":\"ndjson\"}");
  else if (session->is_lines) snprintf(head + size, sizeof head - (size_t)size, "}");
  else
    snprintf(head + size, sizeof head - (size_t)size,
             ",\"extract\":[{\"records\":\"/data\",\"key\":\"/id\"%s}]}", keep);
  emit(session, sink, PATCHBAY_HTTP_REQUEST, ++session->correlation, head, NULL, 0);
  return PATCHBAY_STEP_IDLE;
}

static void cover(struct patchbay_session *session, const patchbay_sink *sink) {
  char head[1024], next[600];
  quote(next, sizeof next, session->next);
  if (FAULT == FAULT_state) snprintf(next, sizeof next, "c");
  if (FAULT == FAULT_uncovered) return;
  snprintf(head, sizeof head, "{\"state\":{\"next\":\"%s\"},\"covers\":[%llu]}", next,
           (unsigned long long)session->correlation);
  emit(session, sink, PATCHBAY_CHECKPOINT, 0, head, NULL, 0);
}

// One record, which is all that a page of lines holds.
static void emit_record(struct patchbay_session *session, const patchbay_sink *sink, const char *text, int64_t size) {
  if (size <= 0) return;
  emit(session, sink, PATCHBAY_RECORDS, session->correlation,
       "{\"extract\":{\"format\":\"ndjson\",\"records\":\"\",\"key\":\"/id\"}}", text, (uint64_t)size);
}

static uint32_t read_page(struct patchbay_session *session, const patchbay_message *message,
                          const patchbay_sink *sink) {
  static char record[4096];
  uint32_t event = 0;
  if (FAULT == FAULT_huge && message->body_size > 1 << 20) abort();
  if (FAULT == FAULT_memory) {
    char *lost = malloc(4096);
    if (lost != NULL) memset(lost, 1, 4096);
    // The compiler must believe that it is of use.
    __asm__ volatile("" : : "r"(lost) : "memory");
  }
  if (session->is_lines) {
    int64_t size = session->json->find(message->body, message->body_size, "/line", record, sizeof record, &event);
    if ((size < 0 || event != PATCHBAY_JSON_OBJECT || size > (int64_t)sizeof record) && FAULT != FAULT_broken)
      return fail(session, sink, "data", "the page has no line");
    emit_record(session, sink, record, size);
  }
  int64_t size = session->json->find(message->body, message->body_size, "/next", session->next,
                                     sizeof session->next - 1, &event);
  if (FAULT == FAULT_odd && size == PATCHBAY_JSON_INVALID) return PATCHBAY_STEP_IDLE;
  if (size >= (int64_t)sizeof session->next) return fail(session, sink, "data", "the cursor is too long");
  session->next[size > 0 ? size : 0] = 0;
  if (FAULT == FAULT_unicode)
    for (char *letter = session->next; *letter; letter++)
      if ((unsigned char)*letter == 0xC3) memcpy(letter, "\xEF\xBF\xBD", 3), letter[3] = 0, letter += 2;
  cover(session, sink);
  return event == PATCHBAY_JSON_STRING && size > 0 ? ask(session, sink) : finish(session, sink);
}

static void count_object(void *context, uint32_t event, const char *text, uint64_t size) {
  (void)text;
  (void)size;
  if (event == PATCHBAY_JSON_OBJECT) *(int *)context += 1;
}

// Lines as they arrive: each is a record.
static uint32_t read_events(struct patchbay_session *session, const patchbay_message *message,
                            const patchbay_sink *sink) {
  char last[8] = "";
  int events = 0;
  session->json->read((const uint8_t *)message->head, message->head_size, &events, count_object);
  if (FAULT != FAULT_pieces || events < 3)
    emit_record(session, sink, (const char *)message->body, (int64_t)message->body_size);
  session->json->find((const uint8_t *)message->head, message->head_size, "/last", last, sizeof last - 1, NULL);
  if (strcmp(last, "true") != 0) return PATCHBAY_STEP_IDLE;
  cover(session, sink);
  return finish(session, sink);
}

static int begin(struct patchbay_session *session, const patchbay_message *message) {
  char stream[16] = "";
  const uint8_t *head = (const uint8_t *)message->head;
  session->json->find(head, message->head_size, "/stream", stream, sizeof stream - 1, NULL);
  session->is_lines = strcmp(stream, "lines") == 0;
  session->is_stream = strcmp(stream, "events") == 0;
  char op[16] = "";
  session->json->find(head, message->head_size, "/op", op, sizeof op - 1, NULL);
  session->is_webhook = strcmp(op, "webhook") == 0;
  int64_t size = session->json->find(head, message->head_size, "/state/next", session->next,
                                     sizeof session->next - 1, NULL);
  int isThere = size >= 0 && size < (int64_t)sizeof session->next;
  session->next[isThere ? size : 0] = 0;
  char later[8];
  return FAULT == FAULT_unknown && session->json->find(head, message->head_size, "/x-later", later, 7, NULL) >= 0;
}

static uint32_t verify(struct patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  emit(session, sink, PATCHBAY_CRYPTO, ++session->correlation,
       "{\"do\":\"verify\",\"key\":\"webhook_secret\",\"algorithm\":\"HS256\",\"signature\":\"c2ln\"}", message->body,
       message->body_size);
  return PATCHBAY_STEP_IDLE;
}

static uint32_t tell(struct patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  uint32_t event = 0;
  session->json->find((const uint8_t *)message->head, message->head_size, "/verified", NULL, 0, &event);
  if (event != PATCHBAY_JSON_TRUE && FAULT != FAULT_refused) return fail(session, sink, "auth", "not verified");
  emit(session, sink, PATCHBAY_EVENT, 0, "{\"type\":\"paid\"}", NULL, 0);
  return finish(session, sink);
}

static uint32_t take(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  int isMine = message->correlation == session->correlation;
  switch (message->kind) {
    case PATCHBAY_OPEN:
      if (begin(session, message)) return fail(session, sink, "bug", "what is x-later?");
      if (FAULT == FAULT_processes) note(session, sink, "process", (int)getpid());
      if (FAULT == FAULT_sessions) note(session, sink, "sessions", open_sessions);
      if (FAULT == FAULT_asks_more) snprintf(session->next, sizeof session->next, "elsewhere");
      return session->is_webhook ? verify(session, message, sink) : ask(session, sink);
    case PATCHBAY_RESULT: return isMine ? tell(session, message, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_HTTP_RESPONSE:
      if (!isMine && FAULT == FAULT_late) note(session, sink, "late", 0);
      return isMine ? read_page(session, message, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_HTTP_EVENTS: return isMine ? read_events(session, message, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_FAILED:
      if (!isMine) return PATCHBAY_STEP_IDLE;
      return FAULT == FAULT_failed ? finish(session, sink) : fail(session, sink, "data", "a request failed");
    case PATCHBAY_CANCEL:
      return FAULT == FAULT_cancel ? PATCHBAY_STEP_IDLE : fail(session, sink, "cancelled", "cancelled");
    default:
      if (message->kind == 63 && FAULT == FAULT_unknown_kind) note(session, sink, "kind", 63);
      return PATCHBAY_STEP_IDLE;
  }
}

static uint32_t step(patchbay_session *session, const patchbay_moment *moment, const patchbay_message *message,
                     const patchbay_sink *sink) {
  (void)moment;
  if (message == NULL) return PATCHBAY_STEP_IDLE;
  flush(session, sink);
  if (!session->is_over) take(session, message, sink);
  return session->is_over && session->first == NULL ? PATCHBAY_STEP_ENDED : PATCHBAY_STEP_IDLE;
}

static patchbay_session *open_session(const patchbay_host *host) {
  if (FAULT == FAULT_loads) return NULL;
  patchbay_session *session = calloc(1, sizeof *session);
  if (session == NULL) return NULL;
  session->json = host->get_extension("patchbay.json/1");
  session->last = &session->first;
  open_sessions++;
  return session;
}

static void close_session(patchbay_session *session) {
  flush(session, NULL);
  free(session);
  open_sessions--;
}
static const void *no_extension(const char *id) { (void)id; return NULL; }

static const patchbay_plugin table = {.abi_version = PATCHBAY_ABI_VERSION, .open = open_session, .step = step,
                                      .close = close_session, .get_extension = no_extension};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  return PATCHBAY_ABI_SERVES(host_abi_version) ? &table : NULL;
}
