// A plugin as it was written for ABI 1.0, with the header of then. It uses each helper, and each
// kind of message that a reader of records needs. Neither this file nor what was built of it changes.
#include "patchbay/extensions.h"
#include "patchbay/patchbay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct patchbay_session {
  const patchbay_json_1 *json;
  const patchbay_codec_1 *codec;
  const patchbay_time_1 *time;
  int answers;
};

static uint32_t emit(const patchbay_sink *sink, uint32_t kind, uint64_t correlation, const char *head,
                     const char *body) {
  patchbay_message message = {.kind = kind,
                              .correlation = correlation,
                              .head = head,
                              .head_size = strlen(head),
                              .body = (const uint8_t *)body,
                              .body_size = body == NULL ? 0 : strlen(body)};
  return sink->emit(sink->context, &message);
}

static void count_strings(void *context, uint32_t event, const char *text, uint64_t size) {
  (void)text;
  (void)size;
  if (event == PATCHBAY_JSON_STRING) *(int *)context += 1;
}

// Says what the helpers make of a word in the settings.
static void note_word(patchbay_session *session, const patchbay_message *message, const patchbay_moment *moment,
                      const patchbay_sink *sink) {
  char word[32] = "", encoded[64] = "", now[25] = "", head[256];
  uint8_t hash[32];
  int64_t size = session->json->find((const uint8_t *)message->head, message->head_size, "/config/word", word,
                                     sizeof word - 1, NULL);
  session->codec->sha256((const uint8_t *)word, size > 0 ? (uint64_t)size : 0, hash);
  session->codec->base64_encode(hash, 9, 1, encoded, sizeof encoded - 1);
  session->time->format(moment->now_ms, now);
  int64_t again = session->time->parse(now, 24);
  snprintf(head, sizeof head, "{\"level\":\"info\",\"text\":\"%s %s %s %d\"}", word, encoded, now,
           again == moment->now_ms);
  emit(sink, PATCHBAY_NOTE, 0, head, NULL);
}

static uint32_t begin(patchbay_session *session, const patchbay_message *message, const patchbay_moment *moment,
                      const patchbay_sink *sink) {
  note_word(session, message, moment, sink);
  emit(sink, PATCHBAY_HTTP_REQUEST, 1,
       "{\"method\":\"GET\",\"url\":\"{base_url}/items\",\"query\":[[\"page\",\"1\"]],\"headers\":{\"x\":\"y\"},"
       "\"extract\":[{\"records\":\"/items\",\"key\":[\"/a\",\"/b\"],\"cursor\":{\"at\":\"/at\",\"type\":\"time\"},"
       "\"keep\":[\"/a\"],\"inject\":{\"c\":\"/c\"},\"total\":\"/total\"}]}",
       NULL);
  emit(sink, PATCHBAY_HTTP_REQUEST, 2, "{\"method\":\"POST\",\"url\":\"{base_url}/late\",\"idempotent\":true}", "{}");
  emit(sink, PATCHBAY_HTTP_CANCEL, 2, "{}", NULL);
  return PATCHBAY_STEP_IDLE;
}

static uint32_t receive(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink) {
  char head[128];
  int strings = 0;
  uint32_t broken = session->json->read(message->body, message->body_size, &strings, count_strings);
  session->answers += 1;
  snprintf(head, sizeof head, "{\"done\":%d,\"total\":%u}", strings, broken);
  emit(sink, PATCHBAY_PROGRESS, 0, head, NULL);
  emit(sink, PATCHBAY_RECORDS, message->correlation,
       "{\"extract\":{\"format\":\"ndjson\",\"records\":\"\",\"key\":\"/id\"}}", "{\"id\":1}\n{\"id\":2}\n");
  emit(sink, PATCHBAY_CATALOG, 0, "{\"stream\":\"items\",\"columns\":[{\"name\":\"id\",\"at\":\"/id\"}]}", NULL);
  emit(sink, PATCHBAY_CHECKPOINT, 0, "{\"state\":{\"page\":2},\"tag\":\"v1\",\"covers\":[1]}", NULL);
  emit(sink, PATCHBAY_WAIT, 3, "{\"delay_ms\":10,\"for\":\"job\",\"ceiling_ms\":1000}", NULL);
  return PATCHBAY_STEP_IDLE;
}

static uint32_t fail(const patchbay_sink *sink, const char *class) {
  char head[128];
  snprintf(head, sizeof head, "{\"class\":\"%s\",\"code\":\"frozen\",\"message\":\"it is over\",\"retryable\":false}",
           class);
  emit(sink, PATCHBAY_ERROR, 0, head, NULL);
  return PATCHBAY_STEP_ENDED;
}

static uint32_t step(patchbay_session *session, const patchbay_moment *moment, const patchbay_message *message,
                     const patchbay_sink *sink) {
  if (message == NULL) return PATCHBAY_STEP_IDLE;
  switch (message->kind) {
    case PATCHBAY_OPEN: return begin(session, message, moment, sink);
    case PATCHBAY_HTTP_RESPONSE:
      return message->correlation == 1 ? receive(session, message, sink) : PATCHBAY_STEP_IDLE;
    case PATCHBAY_WAITED:
      emit(sink, PATCHBAY_DONE, 0, "{\"unproven\":\"it is an example\"}", NULL);
      return PATCHBAY_STEP_ENDED;
    case PATCHBAY_FAILED: return fail(sink, "data");
    case PATCHBAY_CANCEL: return fail(sink, "cancelled");
    default: return PATCHBAY_STEP_IDLE;
  }
}

static patchbay_session *open_session(const patchbay_host *host) {
  patchbay_session *session = calloc(1, sizeof *session);
  if (session == NULL) return NULL;
  session->json = host->get_extension("patchbay.json/1");
  session->codec = host->get_extension("patchbay.codec/1");
  session->time = host->get_extension("patchbay.time/1");
  if (host->get_extension("com.example.none/1") != NULL) return NULL;
  return session;
}

static void close_session(patchbay_session *session) { free(session); }
static const void *no_extension(const char *id) { (void)id; return NULL; }

static const patchbay_plugin table = {.abi_version = PATCHBAY_ABI_VERSION,
                                      .open = open_session,
                                      .step = step,
                                      .close = close_session,
                                      .get_extension = no_extension};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  return PATCHBAY_ABI_SERVES(host_abi_version) ? &table : NULL;
}
