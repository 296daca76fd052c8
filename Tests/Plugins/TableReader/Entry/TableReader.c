// Reads an odd table, and emits each row as a record of its own: what a plugin does whose vendor's
// format the host does not cut. A page is text: first "next", a tab and the place of the next page
// (nothing at the end), then rows of id, title and about.
#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct patchbay_session {
  uint64_t correlation;
  char *page;            // a copy, while its rows are emitted
  uint64_t size, place;  // of the row that is next
  char next[32];
};

static const char plan[] = "{\"extract\":{\"format\":\"ndjson\",\"records\":\"\",\"key\":\"/id\"}}";

static uint32_t emit(const patchbay_sink *sink, uint32_t kind, uint64_t correlation, const char *head,
                     const char *body, uint64_t size) {
  patchbay_message message = {.kind = kind, .correlation = correlation, .head = head,
                              .head_size = strlen(head), .body = (const uint8_t *)body, .body_size = size};
  return sink->emit(sink->context, &message);
}

static uint32_t fail(const patchbay_sink *sink, const char *class, const char *text) {
  char head[256];
  snprintf(head, sizeof head, "{\"class\":\"%s\",\"code\":\"table.page\",\"message\":\"%s\"}", class, text);
  emit(sink, PATCHBAY_ERROR, 0, head, NULL, 0);
  return PATCHBAY_STEP_ENDED;
}

static uint32_t ask(patchbay_session *session, const patchbay_sink *sink) {
  char head[256];
  snprintf(head, sizeof head, "{\"method\":\"GET\",\"url\":\"{base_url}/table\",\"query\":[[\"after\",\"%s\"]]}",
           session->next);
  emit(sink, PATCHBAY_HTTP_REQUEST, ++session->correlation, head, NULL, 0);
  return PATCHBAY_STEP_IDLE;
}

static char *put(char *out, const char *end, const char *from, uint64_t size) {
  static const char digits[] = "0123456789abcdef";
  *out++ = '"';
  for (uint64_t index = 0; index < size && out + 8 < end; index++) {
    unsigned char byte = (unsigned char)from[index];
    if (byte < 0x20) {
      memcpy(out, "\\u00", 4);
      out[4] = digits[byte >> 4], out[5] = digits[byte & 15];
      out += 6;
      continue;
    }
    if (byte == '"' || byte == '\\') *out++ = '\\';
    *out++ = (char)byte;
  }
  *out++ = '"';
  return out;
}

// A row as JSON. Returns its size, or 0 where it has not three values, or is too long.
static uint64_t write_row(char *out, uint64_t capacity, const char *row, uint64_t size) {
  static const char *const names[] = {"{\"id\":", ",\"title\":", ",\"about\":"};
  if (size * 6 + 64 > capacity) return 0;
  char *at = out;
  for (int column = 0; column < 3; column++) {
    const char *tab = memchr(row, '\t', size);
    uint64_t length = tab != NULL ? (uint64_t)(tab - row) : size;
    if ((tab != NULL) != (column < 2)) return 0;
    memcpy(at, names[column], strlen(names[column]));
    at = put(at + strlen(names[column]), out + capacity, row, length);
    row += length + 1, size -= length + (tab != NULL);
  }
  *at++ = '}';
  return (uint64_t)(at - out);
}

// Emits the rows that are left, as far as there is room, then what follows them.
static uint32_t go_on(patchbay_session *session, const patchbay_sink *sink) {
  static char record[65536];
  while (session->place < session->size) {
    const char *row = session->page + session->place;
    const char *end = memchr(row, '\n', session->size - session->place);
    if (end == NULL) return fail(sink, "data", "the page ends within a row");
    uint64_t size = write_row(record, sizeof record, row, (uint64_t)(end - row));
    if (size == 0) return fail(sink, "data", "a row has not three values, or is longer than 10,000 bytes");
    if (emit(sink, PATCHBAY_RECORDS, session->correlation, plan, record, size) == PATCHBAY_FULL)
      return PATCHBAY_STEP_IDLE;
    session->place += (uint64_t)(end - row) + 1;
  }
  char head[128];
  snprintf(head, sizeof head, "{\"state\":{\"next\":\"%s\"},\"covers\":[%llu]}", session->next,
           (unsigned long long)session->correlation);
  if (emit(sink, PATCHBAY_CHECKPOINT, 0, head, NULL, 0) == PATCHBAY_FULL) return PATCHBAY_STEP_IDLE;
  free(session->page);
  session->page = NULL;
  // One room is enough for both: the step that emits the checkpoint has emitted little else, or is the
  // one before.
  if (session->next[0] != 0) return ask(session, sink);
  // Each page says where the next one is, the last that there is none: what it did not bring is gone.
  emit(sink, PATCHBAY_DONE, 0, "{\"end\":\"cursor\",\"snapshot\":true}", NULL, 0);
  return PATCHBAY_STEP_ENDED;
}

static uint32_t take_page(patchbay_session *session, const patchbay_message *answer, const patchbay_sink *sink) {
  const char *body = (const char *)answer->body;
  const char *line = answer->body_size > 5 && memcmp(body, "next\t", 5) == 0
      ? memchr(body, '\n', answer->body_size) : NULL;
  if (line == NULL || line - body - 5 >= (long)sizeof session->next)
    return fail(sink, "data", "the page does not begin with the place of the next");
  memset(session->next, 0, sizeof session->next);
  memcpy(session->next, body + 5, (size_t)(line - body - 5));
  session->size = answer->body_size - (uint64_t)(line + 1 - body);
  session->place = 0;
  session->page = malloc(session->size + 1);
  if (session->page == NULL) return fail(sink, "transient", "there is no memory for the page");
  memcpy(session->page, line + 1, session->size);
  return go_on(session, sink);
}

static uint32_t step(patchbay_session *session, const patchbay_moment *moment, const patchbay_message *message,
                     const patchbay_sink *sink) {
  (void)moment;
  if (message == NULL) return PATCHBAY_STEP_IDLE;
  int is_answer = message->correlation == session->correlation && session->page == NULL;
  switch (message->kind) {
    case PATCHBAY_OPEN: return ask(session, sink);
    case PATCHBAY_HTTP_RESPONSE: return is_answer ? take_page(session, message, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_CREDIT: return session->page != NULL ? go_on(session, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_FAILED: return is_answer ? fail(sink, "transient", "a page failed") : PATCHBAY_STEP_IDLE;
    case PATCHBAY_CANCEL: return fail(sink, "cancelled", "cancelled");
    default: return PATCHBAY_STEP_IDLE;
  }
}

static patchbay_session *open_session(const patchbay_host *host) {
  (void)host;
  return calloc(1, sizeof(patchbay_session));
}

static void close_session(patchbay_session *session) {
  free(session->page);
  free(session);
}

static const void *no_extension(const char *id) { (void)id; return NULL; }

static const patchbay_plugin table = {.abi_version = PATCHBAY_ABI_VERSION, .open = open_session, .step = step,
                                      .close = close_session, .get_extension = no_extension};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  return PATCHBAY_ABI_SERVES(host_abi_version) ? &table : NULL;
}
