// Lets in who brings a signed token (JWS, HS256) that was not used before. The host verifies the
// signature with a key that never comes here, and sees to it that a token is used once.
#include "plugin_name.h"

#define VERIFICATION 1u
#define CLAIM 2u

static void refuse(patchbay_session *session, const char *check) {
  char code[64];
  plugin_format(code, sizeof code, "token.%r", check);
  plugin_fail(&session->base, "auth", code, "the token was refused", "sign in again");
}

// ---- The token ------------------------------------------------------------------------------

// A token is three parts of base 64 with dots between them. Returns how long the part is.
static uint64_t part_size(const char *text) { return strcspn(text, "."); }

// Decodes a part that must be a JSON object. Returns its size, or 0.
static uint64_t decode(const patchbay_session *session, const char *part, char *out) {
  const plugin *base = &session->base;
  uint32_t event = 0;
  int64_t size = base->codec->base64_decode(part, part_size(part), 1, (uint8_t *)out, TOKEN_BYTES);
  if (size <= 0 || size > TOKEN_BYTES) return 0;
  int64_t found = base->json->find((const uint8_t *)out, (uint64_t)size, "", NULL, 0, &event);
  return found < 0 || event != PATCHBAY_JSON_OBJECT ? 0 : (uint64_t)size;
}

// From the form's field `token`, or the header `authorization`. Returns 0 where there is none.
static int find_token(patchbay_session *session, const patchbay_message *open) {
  const char *body = (const char *)open->body;
  for (uint64_t at = 0; at < open->body_size;) {
    const char *field = body + at;
    const char *end = memchr(field, '&', open->body_size - at);
    uint64_t size = end == NULL ? open->body_size - at : (uint64_t)(end - field);
    if (size > 6 && size - 6 < TOKEN_BYTES && memcmp(field, "token=", 6) == 0 &&
        memchr(field, 0, size) == NULL) {
      memcpy(session->token, field + 6, size - 6);
      return 1;
    }
    at += size + 1;
  }
  plugin_find_in_head(&session->base, open, "/input/headers/authorization", session->token,
                      TOKEN_BYTES);
  if (strncmp(session->token, "Bearer ", 7) != 0) return 0;
  memmove(session->token, session->token + 7, strlen(session->token + 7) + 1);
  return 1;
}

// Takes the token apart. Returns 0 where it is none that this plugin knows.
static int read_token(patchbay_session *session) {
  const plugin *base = &session->base;
  char header[TOKEN_BYTES], text[16];
  for (const char *letter = session->token; *letter != 0; letter += 1) {
    int is_fit = (*letter >= '0' && *letter <= '9') || (*letter >= 'A' && *letter <= 'Z') ||
                 (*letter >= 'a' && *letter <= 'z') || strchr("-_.", *letter) != NULL;
    if (!is_fit) return 0;
  }
  const char *payload = session->token + part_size(session->token);
  if (*payload++ != '.') return 0;
  const char *signature = payload + part_size(payload);
  if (*signature++ != '.' || *signature == 0 || strchr(signature, '.') != NULL) return 0;
  uint64_t size = decode(session, session->token, header);
  session->payload_size = decode(session, payload, session->payload);
  if (size == 0 || session->payload_size == 0) return 0;
  // What a sender calls critical and this plugin does not know, it must not pass over.
  if (plugin_find(base, header, size, "/crit", text, sizeof text) != PLUGIN_ABSENT) return 0;
  return plugin_find(base, header, size, "/alg", text, sizeof text) == PLUGIN_FOUND &&
         strcmp(text, "HS256") == 0;
}

// ---- Its claims -----------------------------------------------------------------------------

static int find_claim(const patchbay_session *session, const char *pointer, char out[NAME_BYTES]) {
  return plugin_find(&session->base, session->payload, session->payload_size, pointer, out,
                     NAME_BYTES) == PLUGIN_FOUND && out[0] != 0;
}

static int claims(const patchbay_session *session, const char *pointer, const char *wanted) {
  char found[NAME_BYTES];
  return find_claim(session, pointer, found) && strcmp(found, wanted) == 0;
}

// `aud` is a name, or a list of names.
static int is_for(const patchbay_session *session, const char *audience) {
  char pointer[16];
  if (claims(session, "/aud", audience)) return 1;
  for (int64_t index = 0; index < 16; index += 1) {
    plugin_format(pointer, sizeof pointer, "/aud/%i", index);
    if (claims(session, pointer, audience)) return 1;
  }
  return 0;
}

// Seconds since 1970, as milliseconds, within the years that a calendar has; otherwise -1.
static int64_t find_time_ms(const patchbay_session *session, const char *pointer, double missing) {
  char text[40];
  int found = plugin_find(&session->base, session->payload, session->payload_size, pointer, text,
                          sizeof text);
  double seconds = found == PLUGIN_FOUND ? strtod(text, NULL) : found == PLUGIN_ABSENT ? missing : -1;
  return seconds >= 0 && seconds <= 253402300799.0 ? (int64_t)(seconds * 1000) : -1;
}

// Only now, with the signature verified, is anything in the token believed.
static void claim(patchbay_session *session) {
  char id[NAME_BYTES];
  int64_t begins_ms = find_time_ms(session, "/nbf", 0);
  session->expires_ms = find_time_ms(session, "/exp", -1);
  if (!find_claim(session, "/jti", id) || !find_claim(session, "/sub", session->subject) ||
      session->expires_ms < 0 || begins_ms < 0) {
    refuse(session, "claims");
  } else if (!claims(session, "/iss", session->issuer)) {
    refuse(session, "issuer");
  } else if (!is_for(session, session->audience)) {
    refuse(session, "audience");
  } else if (session->base.moment.now_ms < begins_ms ||
             session->base.moment.now_ms >= session->expires_ms) {
    refuse(session, "time");
  } else {
    session->state = state_claiming;
    plugin_send(&session->base, PATCHBAY_CLAIM, CLAIM, "{'scope':'tokens','id':%s,'expires_ms':%i}",
                id, session->expires_ms);
  }
}

static void let_in(patchbay_session *session) {
  char email[NAME_BYTES], attributes[6 * NAME_BYTES + 64] = "";
  if (find_claim(session, "/email", email)) {
    plugin_format(attributes, sizeof attributes, ",'attributes':{'email':[%s]}", email);
  }
  plugin_send(&session->base, PATCHBAY_PRINCIPAL, 0,
              "{'subject':%s,'issuer':%s,'expires_ms':%i%r}", session->subject, session->issuer,
              session->expires_ms, attributes);
  plugin_send(&session->base, PATCHBAY_DONE, 0, "{}");
}

// ---- Messages -------------------------------------------------------------------------------

static void begin(patchbay_session *session, const patchbay_message *open) {
  plugin *base = &session->base;
  if (!plugin_head_is(base, open, "/op", "finish")) {
    plugin_fail(base, "unsupported", "op.unsupported", "this plugin only does “finish”", "");
    return;
  }
  int has_settings =
      plugin_find_in_head(base, open, "/config/issuer", session->issuer, NAME_BYTES) == PLUGIN_FOUND &&
      plugin_find_in_head(base, open, "/config/audience", session->audience, NAME_BYTES) == PLUGIN_FOUND;
  if (!has_settings) {
    plugin_fail(base, "config", "settings.missing", "“issuer” or “audience” is missing",
                "give this connection both settings");
  } else if (!find_token(session, open)) {
    refuse(session, "missing");
  } else if (!read_token(session)) {
    refuse(session, "form");
  } else {
    const char *dot = strrchr(session->token, '.');
    session->state = state_verifying;
    plugin_send_body(base, PATCHBAY_CRYPTO, VERIFICATION, session->token,
                     (uint64_t)(dot - session->token),
                     "{'do':'verify','key':'token_key','algorithm':'HS256','signature':%s}", dot + 1);
  }
}

void plugin_name_receive(patchbay_session *session, const patchbay_message *message) {
  plugin *base = &session->base;
  if (message == NULL) return;
  int is_verification =
      session->state == state_verifying && message->correlation == VERIFICATION;
  int is_claim = session->state == state_claiming && message->correlation == CLAIM;
  switch (message->kind) {
    case PATCHBAY_OPEN:
      if (session->state == state_waiting) begin(session, message);
      break;
    case PATCHBAY_RESULT:
      if (is_verification) {
        if (plugin_head_is_true(base, message, "/verified")) claim(session);
        else refuse(session, "signature");
      } else if (is_claim) {
        if (plugin_head_is_true(base, message, "/fresh")) let_in(session);
        else refuse(session, "replay");
      }
      break;
    case PATCHBAY_FAILED:
      if (is_verification || is_claim) plugin_fail_with(base, message);
      break;
    case PATCHBAY_CANCEL:
      plugin_fail(base, "cancelled", "cancelled", "cancelled", "");
      break;
    default:
      break;  // a kind that is newer than this plugin
  }
}
