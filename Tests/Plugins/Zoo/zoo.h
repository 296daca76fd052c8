// What all animals share: the table, and one function of their own.
#ifndef ZOO_H
#define ZOO_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <patchbay/patchbay.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ZOO_ON_OPEN
#define ZOO_ON_OPEN (void)0
#endif

struct patchbay_session {
  uint64_t steps;  // that this session has seen
};

// One step of the animal.
static uint32_t act(patchbay_session *session, const patchbay_message *message, const patchbay_sink *sink);

static inline uint32_t zoo_emit(const patchbay_sink *sink, uint32_t kind, uint64_t correlation, const char *head,
                                const void *body, uint64_t size) {
  patchbay_message message = {.kind = kind, .correlation = correlation, .head = head,
                              .head_size = strlen(head), .body = body, .body_size = size};
  return sink->emit(sink->context, &message);
}

static inline uint32_t zoo_say(const patchbay_sink *sink, uint32_t kind, const char *head) {
  return zoo_emit(sink, kind, 0, head, NULL, 0);
}

static inline uint32_t zoo_finish(const patchbay_sink *sink) {
  zoo_say(sink, PATCHBAY_DONE, "{}");
  return PATCHBAY_STEP_ENDED;
}

static patchbay_session *zoo_open(const patchbay_host *host) {
  (void)host;
  ZOO_ON_OPEN;
  return calloc(1, sizeof(patchbay_session));
}

static uint32_t zoo_step(patchbay_session *session, const patchbay_moment *moment, const patchbay_message *message,
                         const patchbay_sink *sink) {
  (void)moment;
  session->steps += 1;
  return act(session, message, sink);
}

static void zoo_close(patchbay_session *session) { free(session); }
static const void *zoo_extension(const char *id) { (void)id; return NULL; }

static const patchbay_plugin zoo_table = {.abi_version = PATCHBAY_ABI_VERSION, .open = zoo_open, .step = zoo_step,
                                          .close = zoo_close, .get_extension = zoo_extension};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  (void)host_abi_version;
  return &zoo_table;
}
#endif
