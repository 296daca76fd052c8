// A webhook verifier in plain C: it needs the header, a C library, and the host's extensions.
//
// The host verifies the signature over the raw body with a secret that never comes here. What is
// to be said next is one number, so a message that the host had no room for is simply said again.
#include <patchbay/extensions.h>
#include <patchbay/patchbay.h>

#include <stdlib.h>
#include <string.h>

#define SIGNATURE_POINTER "/input/headers/x-hub-signature-256"
#define VERIFICATION 1u

enum next {
  next_nothing,
  next_crypto,
  next_reply,
  next_event,
  next_done,
  next_error,
  next_ended
};

struct patchbay_session {
  const patchbay_json_1 *json;
  const patchbay_codec_1 *codec;
  enum next next;
  int is_verifying;
  const char *reply;  // the head of the reply to come
  const char *error;  // the head of the error to come, where there is one
  char signature[44];  // base 64 of 32 bytes, without padding, and a NUL
  uint8_t *body;
  uint64_t body_size;
};

static const char error_op[] =
    "{\"class\":\"unsupported\",\"code\":\"op.unsupported\",\"message\":\"This plugin only takes "
    "webhooks\"}";
static const char error_memory[] =
    "{\"class\":\"transient\",\"code\":\"webhook.memory\",\"message\":\"There was no memory for a "
    "webhook\",\"retryable\":true}";
static const char error_signature[] =
    "{\"class\":\"auth\",\"code\":\"webhook.signature\",\"message\":\"The signature of a webhook "
    "call did not verify\",\"mend\":\"Compare the secret of this connection with the sender's\"}";
static const char error_key[] =
    "{\"class\":\"config\",\"code\":\"webhook.key\",\"message\":\"The signature of a webhook call "
    "could not be verified\",\"mend\":\"Give this connection its webhook_secret\"}";
static const char error_cancelled[] =
    "{\"class\":\"cancelled\",\"code\":\"cancelled\",\"message\":\"cancelled\"}";

// ---- Reading --------------------------------------------------------------------------------

// The text under a pointer, with a NUL; 0 where it is missing, not a text, empty or too long.
static uint64_t find_text(const patchbay_session *session, const void *data, uint64_t size,
                          const char *pointer, char *out, uint64_t capacity) {
  uint32_t event = 0;
  int64_t found = session->json->find(data, size, pointer, out, capacity - 1, &event);
  if (found <= 0 || event != PATCHBAY_JSON_STRING || (uint64_t)found >= capacity) return 0;
  out[found] = 0;
  return (uint64_t)found;
}

static int is_true(const patchbay_session *session, const patchbay_message *message,
                   const char *pointer) {
  uint32_t event = 0;
  const uint8_t *head = (const uint8_t *)message->head;
  if (session->json->find(head, message->head_size, pointer, NULL, 0, &event) < 0) return 0;
  return event == PATCHBAY_JSON_TRUE;
}

static int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

// Takes "sha256=" and 64 hex digits as they come in the header; 0 where it is anything else.
static int read_signature(patchbay_session *session, const char *text, uint64_t size) {
  uint8_t digest[32];
  if (size != 71 || memcmp(text, "sha256=", 7) != 0) return 0;
  for (int index = 0; index < 32; index += 1) {
    int high = hex_value(text[7 + 2 * index]);
    int low = hex_value(text[8 + 2 * index]);
    if (high < 0 || low < 0) return 0;
    digest[index] = (uint8_t)(high << 4 | low);
  }
  return session->codec->base64_encode(digest, 32, 1, session->signature, 43) == 43;
}

static void fail(patchbay_session *session, const char *error) {
  session->error = error;
  session->next = next_error;
}

static void answer(patchbay_session *session, const char *reply, const char *error) {
  session->reply = reply;
  session->error = error;
  session->next = next_reply;
}

static void receive_open(patchbay_session *session, const patchbay_message *message) {
  char text[80];
  if (session->next != next_nothing || session->is_verifying) return;
  if (find_text(session, message->head, message->head_size, "/op", text, sizeof text) != 7 ||
      memcmp(text, "webhook", 7) != 0) {
    fail(session, error_op);
    return;
  }
  uint64_t size =
      find_text(session, message->head, message->head_size, SIGNATURE_POINTER, text, sizeof text);
  if (!read_signature(session, text, size)) {
    answer(session, "{\"status\":401}", error_signature);
    return;
  }
  if (message->body_size > 0) {
    session->body = malloc(message->body_size);
    if (session->body == NULL) {
      answer(session, "{\"status\":503}", error_memory);
      return;
    }
    memcpy(session->body, message->body, message->body_size);
    session->body_size = message->body_size;
  }
  session->next = next_crypto;
}

static void receive(patchbay_session *session, const patchbay_message *message) {
  int is_answer = session->is_verifying && message->correlation == VERIFICATION;
  switch (message->kind) {
    case PATCHBAY_OPEN:
      receive_open(session, message);
      break;
    case PATCHBAY_RESULT:
      if (!is_answer) break;
      session->is_verifying = 0;
      if (is_true(session, message, "/verified")) {
        answer(session, "{\"status\":200}", NULL);
      } else {
        answer(session, "{\"status\":401}", error_signature);
      }
      break;
    case PATCHBAY_FAILED:
      if (!is_answer) break;
      session->is_verifying = 0;
      answer(session, "{\"status\":503}", error_key);
      break;
    case PATCHBAY_CANCEL:
      if (session->next != next_ended) fail(session, error_cancelled);
      break;
    default:
      break;
  }
}

// ---- Writing --------------------------------------------------------------------------------

static uint64_t append(char *out, uint64_t at, const char *text) {
  uint64_t size = strlen(text);
  memcpy(out + at, text, size);
  return at + size;
}

// Appends a JSON string; at most six bytes for each of the text's, and the quotes.
static uint64_t append_string(char *out, uint64_t at, const char *text) {
  static const char digits[] = "0123456789abcdef";
  out[at++] = '"';
  for (; *text != 0; text += 1) {
    uint8_t byte = (uint8_t)*text;
    if (byte == '"' || byte == '\\') {
      out[at++] = '\\';
      out[at++] = *text;
    } else if (byte < 0x20) {
      at = append(out, at, "\\u00");
      out[at++] = digits[byte >> 4];
      out[at++] = digits[byte & 15];
    } else {
      out[at++] = *text;
    }
  }
  out[at++] = '"';
  return at;
}

static uint64_t write_event(const patchbay_session *session, char *out) {
  char text[201];
  uint64_t at = append(out, 0, "{\"type\":");
  if (find_text(session, session->body, session->body_size, "/type", text, sizeof text) == 0) {
    memcpy(text, "webhook", 8);
  }
  at = append_string(out, at, text);
  if (find_text(session, session->body, session->body_size, "/id", text, sizeof text) > 0) {
    at = append(out, at, ",\"key\":");
    at = append_string(out, at, text);
  }
  return append(out, at, "}");
}

// What is to be said now; `head` has room for 4096 bytes.
static patchbay_message compose(const patchbay_session *session, char *head) {
  patchbay_message message = {.head = head};
  switch (session->next) {
    case next_crypto:
      message.kind = PATCHBAY_CRYPTO;
      message.correlation = VERIFICATION;
      message.head_size = append(head, 0,
                                 "{\"do\":\"verify\",\"key\":\"webhook_secret\","
                                 "\"algorithm\":\"HS256\",\"signature\":");
      message.head_size = append_string(head, message.head_size, session->signature);
      message.head_size = append(head, message.head_size, "}");
      message.body = session->body;
      message.body_size = session->body_size;
      break;
    case next_event:
      message.kind = PATCHBAY_EVENT;
      message.head_size = write_event(session, head);
      message.body = session->body;
      message.body_size = session->body_size;
      break;
    case next_reply:
      message.kind = PATCHBAY_REPLY;
      message.head_size = append(head, 0, session->reply);
      break;
    case next_error:
      message.kind = PATCHBAY_ERROR;
      message.head_size = append(head, 0, session->error);
      break;
    default:
      message.kind = PATCHBAY_DONE;
      break;
  }
  return message;
}

static void advance(patchbay_session *session) {
  switch (session->next) {
    case next_crypto:
      session->is_verifying = 1;
      session->next = next_nothing;
      break;
    case next_reply:
      session->next = session->error == NULL ? next_event : next_error;
      break;
    case next_event:
      session->next = next_done;
      break;
    default:
      session->next = next_ended;
      break;
  }
}

// ---- The table ------------------------------------------------------------------------------

static patchbay_session *open_session(const patchbay_host *host) {
  patchbay_session *session = calloc(1, sizeof *session);
  if (session == NULL) return NULL;
  session->json = host->get_extension("patchbay.json/1");
  session->codec = host->get_extension("patchbay.codec/1");
  if (session->json != NULL && session->codec != NULL) return session;
  free(session);
  return NULL;
}

static uint32_t step_session(patchbay_session *session, const patchbay_moment *moment,
                             const patchbay_message *message, const patchbay_sink *sink) {
  char head[4096];
  (void)moment;
  if (message != NULL) receive(session, message);
  while (session->next != next_nothing && session->next != next_ended) {
    patchbay_message said = compose(session, head);
    uint32_t answer = sink->emit(sink->context, &said);
    if (answer == PATCHBAY_FULL) return PATCHBAY_STEP_IDLE;
    if (answer == PATCHBAY_CLOSED) session->next = next_done;
    advance(session);
  }
  return session->next == next_ended ? PATCHBAY_STEP_ENDED : PATCHBAY_STEP_IDLE;
}

static void close_session(patchbay_session *session) {
  free(session->body);
  free(session);
}

static const void *no_extension(const char *id) {
  (void)id;
  return NULL;
}

static const patchbay_plugin table = {
    .abi_version = PATCHBAY_ABI_VERSION,
    .open = open_session,
    .step = step_session,
    .close = close_session,
    .get_extension = no_extension,
};

const patchbay_plugin *patchbay_plugin_entry(uint32_t host_abi_version) {
  return PATCHBAY_ABI_SERVES(host_abi_version) ? &table : NULL;
}
