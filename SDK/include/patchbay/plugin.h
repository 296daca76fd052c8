// What a plugin in C needs beside the contract: its table, messages that wait for room, JSON text.
// It is part of the SDK and not of the contract: copy it, change it, or do without it.
//
//   struct patchbay_session {
//     plugin base;  // first
//     …             // what the plugin must know from one step to the next, zero at the beginning
//   };
//
//   // Takes a message, or NULL after `plugin_more`. Never waits.
//   static void receive(patchbay_session *session, const patchbay_message *message) { … }
//
//   PATCHBAY_PLUGIN(receive)
//
// Texts that are written are formats, such as "{'after':%s,'count':%i}":
//   '   a double quote, so that JSON can be read in C
//   %s  a text (const char *), quoted and escaped
//   %i  a number (int64_t)
//   %r  JSON text as it is (const char *)
#ifndef PATCHBAY_PLUGIN_H
#define PATCHBAY_PLUGIN_H

#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The longest head that is written here. What an answer brings must be bounded well below it.
#define PLUGIN_HEAD_BYTES 16384
// What may wait for room at once, heads and bodies together.
#define PLUGIN_WAITING_BYTES (4u << 20)

struct plugin_waiting {
  struct plugin_waiting *next;
  patchbay_message message;
  char bytes[];  // the head, then the body
};

// The first member of a session. Read `moment` and the extensions, leave the rest alone.
typedef struct plugin {
  const patchbay_json_1 *json;
  const patchbay_codec_1 *codec;
  const patchbay_time_1 *time;
  patchbay_moment moment;                 // of this step
  const patchbay_sink *sink;              // of this step
  struct plugin_waiting *first, **last;   // what the host had no room for yet, in order
  uint64_t waiting_bytes;
  const char *broken;                     // the error to end with, once there is room
  int wants_more, has_ended;
} plugin;

// ---- Writing --------------------------------------------------------------------------------

// A bounded text; `size` counts what did not fit, too.
struct plugin_text {
  char *bytes;
  uint64_t size, capacity;
};

static inline void plugin_put(struct plugin_text *text, char byte) {
  if (text->size < text->capacity) text->bytes[text->size] = byte;
  text->size += 1;
}

static inline void plugin_put_escaped(struct plugin_text *text, const char *from) {
  static const char digits[] = "0123456789abcdef";
  plugin_put(text, '"');
  for (; *from != 0; from += 1) {
    uint8_t byte = (uint8_t)*from;
    if (byte < 0x20) {
      const char escape[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
      for (size_t index = 0; index < sizeof escape; index += 1) plugin_put(text, escape[index]);
      continue;
    }
    if (byte == '"' || byte == '\\') plugin_put(text, '\\');
    plugin_put(text, *from);
  }
  plugin_put(text, '"');
}

static inline void plugin_put_number(struct plugin_text *text, int64_t number) {
  char digits[20];
  int count = 0;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[count++] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0) plugin_put(text, '-');
  while (count > 0) plugin_put(text, digits[--count]);
}

static inline uint64_t plugin_format_list(char *out, uint64_t capacity, const char *format,
                                          va_list list) {
  struct plugin_text text = {out, 0, capacity};
  for (; *format != 0; format += 1) {
    if (*format != '%') {
      plugin_put(&text, *format == '\'' ? '"' : *format);
      continue;
    }
    format += 1;
    if (*format == 's') plugin_put_escaped(&text, va_arg(list, const char *));
    else if (*format == 'i') plugin_put_number(&text, va_arg(list, int64_t));
    else if (*format == 'r')
      for (const char *raw = va_arg(list, const char *); *raw != 0; raw += 1) plugin_put(&text, *raw);
    else break;
  }
  return text.size;
}

// Writes a piece of JSON and a NUL. Returns 1, or 0 where it did not fit and `out` is empty.
static inline int plugin_format(char *out, uint64_t capacity, const char *format, ...) {
  va_list list;
  va_start(list, format);
  uint64_t size = plugin_format_list(out, capacity - 1, format, list);
  va_end(list);
  int fits = size < capacity;
  out[fits ? size : 0] = 0;
  return fits;
}

// ---- Sending --------------------------------------------------------------------------------

// Ends the session with an error that needs no memory. `head` lives as long as the process.
static inline void plugin_break(plugin *plugin, const char *head) {
  if (plugin->has_ended) return;
  plugin->broken = head;
  plugin->has_ended = 1;
}

// Drops the first message that waits.
static inline void plugin_drop(plugin *plugin) {
  struct plugin_waiting *waiting = plugin->first;
  plugin->first = waiting->next;
  if (plugin->first == NULL) plugin->last = &plugin->first;
  plugin->waiting_bytes -= waiting->message.head_size + waiting->message.body_size;
  free(waiting);
}

static inline void plugin_drop_all(plugin *plugin) {
  while (plugin->first != NULL) plugin_drop(plugin);
}

// Hands over what waits. Returns 1 when nothing does any more.
static inline int plugin_flush(plugin *plugin) {
  while (plugin->first != NULL) {
    uint32_t answer = plugin->sink->emit(plugin->sink->context, &plugin->first->message);
    if (answer == PATCHBAY_FULL) return 0;
    plugin_drop(plugin);
    if (answer != PATCHBAY_CLOSED) continue;
    plugin_drop_all(plugin);
    plugin->has_ended = 1;
    plugin->broken = NULL;
  }
  if (plugin->broken != NULL) {
    patchbay_message error = {.kind = PATCHBAY_ERROR, .head = plugin->broken,
                              .head_size = strlen(plugin->broken)};
    if (plugin->sink->emit(plugin->sink->context, &error) == PATCHBAY_FULL) return 0;
    plugin->broken = NULL;
  }
  return 1;
}

// Sends a finished message, after those that wait; DONE and ERROR are the last.
static inline void plugin_post(plugin *plugin, const patchbay_message *message) {
  uint64_t size = message->head_size + message->body_size;
  if (plugin->has_ended) return;
  if (plugin->first == NULL) {
    uint32_t answer = plugin->sink->emit(plugin->sink->context, message);
    if (answer != PATCHBAY_FULL) {
      plugin->has_ended = answer == PATCHBAY_CLOSED || message->kind == PATCHBAY_DONE ||
                          message->kind == PATCHBAY_ERROR;
      return;
    }
  }
  struct plugin_waiting *waiting = NULL;
  if (size <= PLUGIN_WAITING_BYTES - plugin->waiting_bytes) waiting = malloc(sizeof *waiting + size);
  if (waiting == NULL) {
    plugin_break(plugin, "{\"class\":\"bug\",\"code\":\"plugin.waiting\",\"message\":"
                         "\"too much of what the plugin said waits for room\"}");
    return;
  }
  waiting->next = NULL;
  waiting->message = *message;
  waiting->message.head = waiting->bytes;
  waiting->message.body = (const uint8_t *)waiting->bytes + message->head_size;
  if (message->head_size > 0) memcpy(waiting->bytes, message->head, message->head_size);
  if (message->body_size > 0) {
    memcpy(waiting->bytes + message->head_size, message->body, message->body_size);
  }
  *plugin->last = waiting;
  plugin->last = &waiting->next;
  plugin->waiting_bytes += size;
  plugin->has_ended = message->kind == PATCHBAY_DONE || message->kind == PATCHBAY_ERROR;
}

static inline void plugin_send_list(plugin *plugin, uint32_t kind, uint64_t correlation,
                                    const void *body, uint64_t body_size, const char *format,
                                    va_list list) {
  char head[PLUGIN_HEAD_BYTES];
  uint64_t size = plugin_format_list(head, sizeof head, format, list);
  if (size > sizeof head) {
    plugin_break(plugin, "{\"class\":\"bug\",\"code\":\"plugin.head\",\"message\":"
                         "\"the plugin had more to say than the head of a message holds\"}");
    return;
  }
  patchbay_message message = {kind, 0, correlation, head, size, body, body_size};
  plugin_post(plugin, &message);
}

// Sends a message: its head by a format, and no body.
static inline void plugin_send(plugin *plugin, uint32_t kind, uint64_t correlation,
                               const char *format, ...) {
  va_list list;
  va_start(list, format);
  plugin_send_list(plugin, kind, correlation, NULL, 0, format, list);
  va_end(list);
}

// The same with a body, which is borrowed for the call.
static inline void plugin_send_body(plugin *plugin, uint32_t kind, uint64_t correlation,
                                    const void *body, uint64_t body_size, const char *format, ...) {
  va_list list;
  va_start(list, format);
  plugin_send_list(plugin, kind, correlation, body, body_size, format, list);
  va_end(list);
}

// Ends the session with an error; `kind` is one of the classes, `mend` may be empty.
static inline void plugin_fail(plugin *plugin, const char *kind, const char *code,
                               const char *message, const char *mend) {
  if (*mend == 0) {
    plugin_send(plugin, PATCHBAY_ERROR, 0, "{'class':%s,'code':%s,'message':%s}", kind, code, message);
  } else {
    plugin_send(plugin, PATCHBAY_ERROR, 0, "{'class':%s,'code':%s,'message':%s,'mend':%s}", kind, code,
                message, mend);
  }
}

// Ends a full read whose records are all that there are: what it did not bring is deleted at the
// vendor, and the hub marks it so. Only for pages that follow a cursor or a key, to an end that the
// vendor stated by `end`: "cursor" (gone after it was there, or null), "more", "link", "total",
// "count", "empty", "status" or "single" (there is one page only). Places that move while pages turn,
// such as offsets, are no snapshot. The manifest requires "done.snapshot".
static inline void plugin_done_snapshot(plugin *plugin, const char *end) {
  plugin_send(plugin, PATCHBAY_DONE, 0, "{'end':%s,'snapshot':%r}", end, "true");
}

// Ends a read of which it is not sure that everything was seen, and says why.
static inline void plugin_done_unproven(plugin *plugin, const char *why) {
  plugin_send(plugin, PATCHBAY_DONE, 0, "{'unproven':%s}", why);
}

// There is more to say: `receive` is called again, with NULL, when the host has room.
static inline void plugin_more(plugin *plugin) { plugin->wants_more = 1; }

// Whether all that was sent so far is with the host.
static inline int plugin_has_room(const plugin *plugin) {
  return plugin->first == NULL && !plugin->has_ended;
}

// ---- Reading --------------------------------------------------------------------------------

#define PLUGIN_ABSENT 0  // the pointer leads nowhere, or to null
#define PLUGIN_FOUND 1   // `out` has the text, or the number as it was written, and a NUL
#define PLUGIN_UNFIT 2   // something else is there, or what is there is too long; `out` is empty

// The text under a JSON Pointer of a document.
static inline int plugin_find(const plugin *plugin, const void *data, uint64_t size,
                              const char *pointer, char *out, uint64_t capacity) {
  uint32_t event = 0;
  int64_t found = plugin->json->find(data, size, pointer, out, capacity - 1, &event);
  int fits = found >= 0 && (uint64_t)found < capacity &&
             (event == PATCHBAY_JSON_STRING || event == PATCHBAY_JSON_NUMBER) &&
             memchr(out, 0, (size_t)found) == NULL;
  out[fits ? found : 0] = 0;
  if (fits) return PLUGIN_FOUND;
  return found == PATCHBAY_JSON_MISSING || event == PATCHBAY_JSON_NULL ? PLUGIN_ABSENT : PLUGIN_UNFIT;
}

static inline int plugin_find_in_head(const plugin *plugin, const patchbay_message *message,
                                      const char *pointer, char *out, uint64_t capacity) {
  return plugin_find(plugin, message->head, message->head_size, pointer, out, capacity);
}

// Whether the head has this text under a pointer.
static inline int plugin_head_is(const plugin *plugin, const patchbay_message *message,
                                 const char *pointer, const char *text) {
  char found[128];
  return plugin_find_in_head(plugin, message, pointer, found, sizeof found) == PLUGIN_FOUND &&
         strcmp(found, text) == 0;
}

// Whether the head has `true` under a pointer.
static inline int plugin_head_is_true(const plugin *plugin, const patchbay_message *message,
                                      const char *pointer) {
  uint32_t event = 0;
  const uint8_t *head = (const uint8_t *)message->head;
  return plugin->json->find(head, message->head_size, pointer, NULL, 0, &event) >= 0 &&
         event == PATCHBAY_JSON_TRUE;
}

// Whether a document has null under a pointer: that is said, unlike what is missing.
static inline int plugin_is_null(const plugin *plugin, const void *data, uint64_t size,
                                 const char *pointer) {
  uint32_t event = 0;
  return plugin->json->find(data, size, pointer, NULL, 0, &event) >= 0 &&
         event == PATCHBAY_JSON_NULL;
}

// Milliseconds since 1970 of a time as JSON has it (RFC 3339), or PATCHBAY_TIME_INVALID.
static inline int64_t plugin_time_ms(const plugin *plugin, const char *text) {
  return plugin->time->parse(text, strlen(text));
}

// The same of a time as HTTP headers have it: "Sun, 06 Nov 1994 08:49:37 GMT".
static inline int64_t plugin_http_time_ms(const plugin *plugin, const char *text) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  char time[] = "0000-00-00T00:00:00Z";
  if (strlen(text) != 29 || memcmp(text + 25, " GMT", 4) != 0) return PATCHBAY_TIME_INVALID;
  for (int month = 0; month < 12; month += 1) {
    if (memcmp(months + 3 * month, text + 8, 3) != 0) continue;
    memcpy(time, text + 12, 4);
    time[5] = (char)('0' + (month + 1) / 10);
    time[6] = (char)('0' + (month + 1) % 10);
    memcpy(time + 8, text + 5, 2);
    memcpy(time + 11, text + 17, 8);
    return plugin_time_ms(plugin, time);
  }
  return PATCHBAY_TIME_INVALID;
}

// ---- What the host says of a failure --------------------------------------------------------

// Whether an error may be of this class.
static inline int plugin_is_class(const char *name) {
  static const char *const classes[] = {"config", "auth", "permission", "rate_limit", "transient",
                                        "conflict", "unsupported", "data", "budget", "cancelled", "bug"};
  for (size_t index = 0; index < sizeof classes / sizeof *classes; index += 1) {
    if (strcmp(name, classes[index]) == 0) return 1;
  }
  return 0;
}

// Puts a member of the head behind others, as it is; nothing where it is missing or does not fit.
static inline void plugin_put_member(const plugin *plugin, struct plugin_text *text,
                                     const patchbay_message *message, const char *name) {
  char pointer[32], value[4096], member[PLUGIN_HEAD_BYTES];
  uint32_t event = 0;
  plugin_format(pointer, sizeof pointer, "/%r", name);
  int64_t size = plugin->json->find((const uint8_t *)message->head, message->head_size, pointer, value,
                                    sizeof value - 1, &event);
  if (size <= 0 || (uint64_t)size >= sizeof value || event == PATCHBAY_JSON_NULL) return;
  value[size] = 0;
  const char *format = event == PATCHBAY_JSON_STRING ? ",%s:%s" : ",%s:%r";
  if (!plugin_format(member, sizeof member, format, name, value)) return;
  if (strlen(member) + 2 > text->capacity - text->size) return;
  for (const char *at = member; *at != 0; at += 1) plugin_put(text, *at);
}

// Ends the session with what the host said in FAILED. An error has the members that this contract
// knows; a newer host may say more in FAILED, which it would not take back.
static inline void plugin_fail_with(plugin *plugin, const patchbay_message *failed) {
  static const char *const members[] = {"mend", "params", "retryable", "retry_after_ms"};
  char head[PLUGIN_HEAD_BYTES], kind[32], code[128], message[2048];
  plugin_find_in_head(plugin, failed, "/class", kind, sizeof kind);
  plugin_find_in_head(plugin, failed, "/code", code, sizeof code);
  plugin_find_in_head(plugin, failed, "/message", message, sizeof message);
  plugin_format(head, sizeof head, "{'class':%s,'code':%s,'message':%s",
                plugin_is_class(kind) ? kind : "bug", *code ? code : "unnamed",
                *message ? message : "no reason given");
  struct plugin_text text = {head, strlen(head), sizeof head};
  for (size_t index = 0; index < sizeof members / sizeof *members; index += 1) {
    plugin_put_member(plugin, &text, failed, members[index]);
  }
  plugin_put(&text, '}');
  patchbay_message error = {.kind = PATCHBAY_ERROR, .head = head, .head_size = text.size};
  plugin_post(plugin, &error);
}

// ---- The table ------------------------------------------------------------------------------

typedef void plugin_receive(patchbay_session *session, const patchbay_message *message);

static inline int plugin_begin(plugin *plugin, const patchbay_host *host) {
  plugin->json = host->get_extension("patchbay.json/1");
  plugin->codec = host->get_extension("patchbay.codec/1");
  plugin->time = host->get_extension("patchbay.time/1");
  plugin->last = &plugin->first;
  return plugin->json != NULL && plugin->codec != NULL && plugin->time != NULL;
}

static inline uint32_t plugin_step(plugin *plugin, patchbay_session *session, plugin_receive *receive,
                                   const patchbay_moment *moment, const patchbay_message *message,
                                   const patchbay_sink *sink) {
  plugin->moment = *moment;
  plugin->sink = sink;
  int has_room = plugin_flush(plugin);
  if (!plugin->has_ended && message != NULL && message->kind != PATCHBAY_CREDIT) {
    receive(session, message);
  } else if (!plugin->has_ended && message == NULL && has_room && plugin->wants_more) {
    plugin->wants_more = 0;
    receive(session, NULL);
  }
  if (!plugin_flush(plugin)) return PATCHBAY_STEP_IDLE;
  if (plugin->has_ended) return PATCHBAY_STEP_ENDED;
  return plugin->wants_more ? PATCHBAY_STEP_MORE : PATCHBAY_STEP_IDLE;
}

#define PATCHBAY_PLUGIN(RECEIVE)                                                                 \
  _Static_assert(offsetof(struct patchbay_session, base) == 0, "base is the first member");      \
  static patchbay_session *open_session(const patchbay_host *host) {                             \
    patchbay_session *session = calloc(1, sizeof *session);                                      \
    if (session == NULL || plugin_begin(&session->base, host)) return session;                   \
    free(session);                                                                               \
    return NULL;                                                                                 \
  }                                                                                              \
  static uint32_t step_session(patchbay_session *session, const patchbay_moment *moment,         \
                               const patchbay_message *message, const patchbay_sink *sink) {     \
    return plugin_step(&session->base, session, RECEIVE, moment, message, sink);                 \
  }                                                                                              \
  static void close_session(patchbay_session *session) {                                         \
    plugin_drop_all(&session->base);                                                             \
    free(session);                                                                               \
  }                                                                                              \
  static const void *no_extension(const char *id) {                                              \
    (void)id;                                                                                    \
    return NULL;                                                                                 \
  }                                                                                              \
  static const patchbay_plugin table = {                                                         \
      .abi_version = PATCHBAY_ABI_VERSION, .open = open_session, .step = step_session,           \
      .close = close_session, .get_extension = no_extension};                                    \
  const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {                      \
    return PATCHBAY_ABI_SERVES(host_abi_version) ? &table : NULL;                                \
  }

#endif
