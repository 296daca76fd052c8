// Tests of a plugin in C: a small host that says what the test says, and keeps what it hears.
//
//   begin_test("asks for the next page");
//   hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{}}", "");
//   expect_said(PATCHBAY_HTTP_REQUEST, "/query/0/1", "100");
//   expect_silence();
//
// Texts may be written with ' for a double quote. Its JSON is read just well enough for tests; the
// hub's own reader is strict. A test that fails says where, and ends the program with 1.
#ifndef PATCHBAY_TESTING_H
#define PATCHBAY_TESTING_H

#include <patchbay/plugin.h>

#include <stdio.h>

#define TEST_SAID_LIMIT 4096

static struct {
  patchbay_session *session;
  const char *name;
  patchbay_moment moment;
  uint64_t room;  // so many messages are taken before there is no room
  struct { uint32_t kind; uint64_t correlation; char *head, *body; } said[TEST_SAID_LIMIT];
  int count, next;  // of the messages that were heard, and of the first that no test looked at
} test_host = {.moment = {.now_ms = 1767225600000, .seed = 1}};

static inline void fail_test(const char *file, int line, const char *what, const char *found) {
  fprintf(stderr, "%s:%d: %s: %s%s\n", file, line, test_host.name, what, found);
  exit(1);
}

// ---- JSON -----------------------------------------------------------------------------------

static inline const char *test_skip_space(const char *at) { return at + strspn(at, " \n\r\t"); }

// The end of the value that begins here.
static inline const char *test_skip(const char *at) {
  int depth = 0;
  do {
    at = test_skip_space(at);
    if (*at == '"') {
      for (at += 1; *at != 0 && *at != '"'; at += 1) at += *at == '\\' && at[1] != 0;
      at += *at == '"';
    } else if (*at == '{' || *at == '[') {
      depth += 1, at += 1;
    } else if (*at == '}' || *at == ']') {
      depth -= 1, at += 1;
    } else if (*at == ',' || *at == ':') {
      at += 1;
    } else {
      at += strcspn(at, ",:]} \n\r\t");
    }
  } while (depth > 0 && *at != 0);
  return at;
}

// The member or element that a pointer's next part names, or NULL.
static inline const char *test_inner(const char *at, const char *part, size_t size) {
  int is_object = *at == '{';
  if (!is_object && *at != '[') return NULL;
  long index = 0;
  for (at = test_skip_space(at + 1); *at != '}' && *at != ']' && *at != 0; index += 1) {
    int is_it = !is_object && strtol(part, NULL, 10) == index;
    if (is_object) {
      const char *end = test_skip(at);
      is_it = (size_t)(end - at) == size + 2 && memcmp(at + 1, part, size) == 0;
      at = test_skip_space(test_skip_space(end) + 1);
    }
    if (is_it) return at;
    at = test_skip_space(test_skip(at));
    if (*at == ',') at = test_skip_space(at + 1);
  }
  return NULL;
}

// Copies bytes: those of a text without the backslashes of its escapes.
static inline int64_t test_copy(const char *from, const char *end, int is_text, char *out,
                                uint64_t capacity) {
  uint64_t size = 0;
  for (; from < end; from += 1) {
    char letter = *from;
    if (is_text && letter == '\\') letter = *++from == 'n' ? '\n' : *from;
    if (size < capacity) out[size] = letter;
    size += 1;
  }
  return (int64_t)size;
}

static inline int64_t test_find(const uint8_t *data, uint64_t size, const char *pointer, char *out,
                                uint64_t capacity, uint32_t *event) {
  char *text = calloc(1, size + 1);
  if (size > 0) memcpy(text, data, size);
  const char *at = test_skip_space(text);
  int64_t found = PATCHBAY_JSON_MISSING;
  while (at != NULL && *pointer == '/') {
    size_t part = strcspn(pointer + 1, "/");
    at = test_inner(at, pointer + 1, part);
    pointer += part + 1;
  }
  if (*text == 0) {
    found = PATCHBAY_JSON_INVALID;
  } else if (at != NULL) {
    const char *end = test_skip(at);
    uint32_t kind = *at == '"'   ? PATCHBAY_JSON_STRING
                    : *at == '{' ? PATCHBAY_JSON_OBJECT
                    : *at == '[' ? PATCHBAY_JSON_ARRAY
                    : *at == 't' ? PATCHBAY_JSON_TRUE
                    : *at == 'f' ? PATCHBAY_JSON_FALSE
                    : *at == 'n' ? PATCHBAY_JSON_NULL
                                 : PATCHBAY_JSON_NUMBER;
    int is_text = kind == PATCHBAY_JSON_STRING;
    if (event != NULL) *event = kind;
    found = test_copy(at + is_text, end - is_text, is_text, out, capacity);
  }
  free(text);
  return found;
}

// ---- The other extensions -------------------------------------------------------------------

static inline int64_t test_base64_decode(const char *text, uint64_t size, uint32_t url, uint8_t *out,
                                         uint64_t capacity) {
  const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  uint32_t bits = 0, count = 0;
  uint64_t written = 0;
  (void)url;
  for (uint64_t index = 0; index < size; index += 1) {
    const char *letter = text[index] == 0 ? NULL : strchr(letters, text[index]);
    if (letter == NULL) return -1;
    bits = bits << 6 | (uint32_t)(letter - letters);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    if (written < capacity) out[written] = (uint8_t)(bits >> count);
    written += 1;
  }
  return (int64_t)written;
}

// Days since 1970 of a day of the Gregorian calendar.
static inline int64_t test_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = year / 400, of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// Times in UTC, to the second.
static inline int64_t test_parse_time(const char *text, uint64_t size) {
  int year, month, day, hour, minute, second;
  char copy[32] = "";
  if (size < 20 || size >= sizeof copy || text[size - 1] != 'Z') return PATCHBAY_TIME_INVALID;
  memcpy(copy, text, size);
  if (sscanf(copy, "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6) {
    return PATCHBAY_TIME_INVALID;
  }
  return (((test_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

static inline uint64_t test_format_time(int64_t time_ms, char *out) {
  int64_t days = time_ms / 86400000, rest = time_ms % 86400000 / 1000, year = 1970, month = 1;
  char text[80];
  while (test_days(year + 1, 1, 1) <= days) year += 1;
  while (month < 12 && test_days(year, month + 1, 1) <= days) month += 1;
  snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, (int)month,
           (int)(days - test_days(year, month, 1) + 1), (int)(rest / 3600), (int)(rest / 60 % 60),
           (int)(rest % 60), (int)(time_ms % 1000));
  memcpy(out, text, 24);
  return 24;
}

// ---- The host -------------------------------------------------------------------------------

static inline const void *test_extension(const char *id) {
  static const patchbay_json_1 json = {.find = test_find};
  static const patchbay_codec_1 codec = {.base64_decode = test_base64_decode};
  static const patchbay_time_1 time = {test_parse_time, test_format_time};
  if (strcmp(id, "patchbay.json/1") == 0) return &json;
  if (strcmp(id, "patchbay.codec/1") == 0) return &codec;
  return strcmp(id, "patchbay.time/1") == 0 ? &time : NULL;
}

static inline char *test_text(const void *bytes, uint64_t size) {
  char *text = calloc(1, size + 1);
  if (size > 0) memcpy(text, bytes, size);
  return text;
}

// Whether there is nothing between the texts that no JSON has; the hub looks closer.
static inline int test_is_json(const char *at) {
  for (; *at != 0; at += 1) {
    if (*at == '"') at = test_skip(at) - 1;
    else if (strchr("{}[],:0123456789.+-eEtrufalsn \n", *at) == NULL) return 0;
  }
  return 1;
}

static inline uint32_t test_emit(void *context, const patchbay_message *message) {
  (void)context;
  if (test_host.room == 0) return PATCHBAY_FULL;
  test_host.room -= 1;
  if (test_host.count == TEST_SAID_LIMIT) fail_test(__FILE__, __LINE__, "too many messages", "");
  test_host.said[test_host.count].kind = message->kind;
  test_host.said[test_host.count].correlation = message->correlation;
  test_host.said[test_host.count].head = test_text(message->head, message->head_size);
  test_host.said[test_host.count].body = test_text(message->body, message->body_size);
  if (!test_is_json(test_host.said[test_host.count].head)) {
    fail_test(__FILE__, __LINE__, "this head is no JSON: ", test_host.said[test_host.count].head);
  }
  test_host.count += 1;
  return PATCHBAY_ACCEPTED;
}

// Ends the session, and with it the test.
static inline void end_test(void) {
  for (int index = 0; index < test_host.count; index += 1) {
    free(test_host.said[index].head);
    free(test_host.said[index].body);
  }
  test_host.count = test_host.next = 0;
  if (test_host.session != NULL) patchbay_plugin_entry(PATCHBAY_ABI_VERSION)->close(test_host.session);
  test_host.session = NULL;
}

// Ends the test before, if there was one, and begins a session.
static inline void begin_test(const char *name) {
  static const patchbay_host host = {PATCHBAY_ABI_VERSION, 0, test_extension};
  end_test();
  test_host.name = name;
  test_host.room = UINT64_MAX;
  test_host.session = patchbay_plugin_entry(PATCHBAY_ABI_VERSION)->open(&host);
  if (test_host.session == NULL) fail_test(__FILE__, __LINE__, "no session", "");
}

// Gives the plugin a message and then all the steps that it asks for. Returns the last answer.
static inline uint32_t hear(uint32_t kind, uint64_t correlation, const char *head, const char *body) {
  const patchbay_plugin *table = patchbay_plugin_entry(PATCHBAY_ABI_VERSION);
  const patchbay_sink sink = {.emit = test_emit};
  char *text = test_text(head, strlen(head));
  char *content = test_text(body, strlen(body));
  for (char *letter = text; *letter != 0; letter += 1) *letter = *letter == '\'' ? '"' : *letter;
  for (char *letter = content; *letter != 0; letter += 1) *letter = *letter == '\'' ? '"' : *letter;
  patchbay_message message = {kind,         0, correlation, text, strlen(text), (uint8_t *)content,
                              strlen(content)};
  uint32_t answer = table->step(test_host.session, &test_host.moment, &message, &sink);
  while (answer == PATCHBAY_STEP_MORE) {
    answer = table->step(test_host.session, &test_host.moment, NULL, &sink);
  }
  free(text);
  free(content);
  return answer;
}

// There is room for so many messages from now on.
static inline void leave_room(uint64_t count) { test_host.room = count; }

static inline void expect_said_at(const char *file, int line, uint32_t kind, const char *pointer,
                                  const char *wanted) {
  char found[4096] = "";
  if (test_host.next == test_host.count) fail_test(file, line, "the plugin says nothing", "");
  const char *head = test_host.said[test_host.next].head;
  if (test_host.said[test_host.next].kind != kind) fail_test(file, line, "it says instead: ", head);
  int64_t size = test_find((const uint8_t *)head, strlen(head), pointer, found, sizeof found - 1, NULL);
  if (size < 0 || strcmp(found, wanted) != 0) fail_test(file, line, "it says instead: ", head);
  test_host.next += 1;
}

// The next message is of this kind, and has this text under a pointer of its head.
#define expect_said(KIND, POINTER, WANTED) \
  expect_said_at(__FILE__, __LINE__, (KIND), (POINTER), (WANTED))

// The plugin has said nothing that no test has looked at.
#define expect_silence()                                                               \
  do {                                                                                 \
    if (test_host.next < test_host.count)                                              \
      fail_test(__FILE__, __LINE__, "it says too: ", test_host.said[test_host.next].head); \
  } while (0)

#define expect(CONDITION) \
  do { if (!(CONDITION)) fail_test(__FILE__, __LINE__, "is not so: ", #CONDITION); } while (0)

#endif
