// A model that says the last user message again, a delta for each word. A real one would ask its
// provider with HTTP_REQUEST and "frame", and make deltas of the HTTP_EVENTS.
#include "plugin_name.h"

#define MESSAGES_LIMIT 256
#define PARTS_LIMIT 16
#define PIECE_BYTES 1024

static int is_space(char letter) { return letter == ' ' || letter == '\n'; }

// The bytes of the first word and of the spaces behind it.
static uint64_t word_size(const char *text) {
  uint64_t size = 0;
  while (text[size] != 0 && !is_space(text[size])) size += 1;
  while (is_space(text[size])) size += 1;
  return size;
}

static int64_t count_words(const char *text) {
  int64_t count = 0;
  for (; *text != 0; text += word_size(text)) count += 1;
  return count;
}

// ---- Input ----------------------------------------------------------------------------------

// Writes a pointer such as “/input/messages/3/content/0/text”.
static void point(char out[96], int message, const char *member) {
  plugin_format(out, 96, "/input/messages/%i/%r", (int64_t)message, member);
}

// The content of a message: a text, or a list of parts whose texts are joined by spaces. Returns 0
// where it is too long.
static int find_content(patchbay_session *session, const patchbay_message *open, int message) {
  const plugin *base = &session->base;
  char pointer[96], member[32];
  uint32_t event = 0;
  uint64_t used = 0;
  point(pointer, message, "content");
  int found = plugin_find_in_head(base, open, pointer, session->text, TEXT_BYTES);
  if (found != PLUGIN_UNFIT) return 1;
  for (int part = 0; part < PARTS_LIMIT; part += 1) {
    plugin_format(member, sizeof member, "content/%i", (int64_t)part);
    point(pointer, message, member);
    const uint8_t *head = (const uint8_t *)open->head;
    if (base->json->find(head, open->head_size, pointer, NULL, 0, &event) < 0) return part > 0;
    plugin_format(member, sizeof member, "content/%i/text", (int64_t)part);
    point(pointer, message, member);
    // Room for a space in front of it.
    if (used + 2 >= TEXT_BYTES) return 0;
    uint64_t at = used == 0 ? 0 : used + 1;
    found = plugin_find_in_head(base, open, pointer, session->text + at, TEXT_BYTES - at);
    if (found == PLUGIN_UNFIT) return 0;
    if (found == PLUGIN_ABSENT) continue;
    if (used > 0) session->text[used] = ' ';
    used = at + strlen(session->text + at);
  }
  return 0;
}

static void read_input(patchbay_session *session, const patchbay_message *open) {
  plugin *base = &session->base;
  char pointer[96], role[16];
  int last = -1, message = 0;
  for (; message < MESSAGES_LIMIT; message += 1) {
    point(pointer, message, "role");
    if (plugin_find_in_head(base, open, pointer, role, sizeof role) == PLUGIN_ABSENT) break;
    if (!find_content(session, open, message)) break;
    session->words_read += count_words(session->text);
    if (strcmp(role, "user") == 0) last = message;
  }
  point(pointer, message, "role");
  if (plugin_find_in_head(base, open, pointer, role, sizeof role) != PLUGIN_ABSENT) {
    plugin_fail(base, "data", "chat.size", "a message is too long, or there are too many",
                "shorten the conversation");
  } else if (last < 0) {
    plugin_fail(base, "data", "chat.messages", "/input/messages holds no message of a user", "");
  } else {
    find_content(session, open, last);
    if (plugin_find_in_head(base, open, "/input/model", session->model, sizeof session->model) !=
        PLUGIN_FOUND) {
      strcpy(session->model, "plugin-name");
    }
    plugin_more(base);
  }
}

// ---- Output ---------------------------------------------------------------------------------

// Says words as long as there is room for them, then how it ended.
static void say(patchbay_session *session) {
  plugin *base = &session->base;
  while (session->text[session->said] != 0) {
    char word[PIECE_BYTES + 1], body[PLUGIN_HEAD_BYTES];
    uint64_t size = word_size(session->text + session->said);
    // A very long word is said in pieces, not cut within a letter.
    if (size > PIECE_BYTES) {
      size = PIECE_BYTES;
      while (((uint8_t)session->text[session->said + size] & 0xC0) == 0x80) size -= 1;
    }
    memcpy(word, session->text + session->said, size);
    word[size] = 0;
    plugin_format(body, sizeof body,
                  "{'object':'chat.completion.chunk','model':%s,'choices':[{'index':0,'delta':"
                  "{'content':%s},'finish_reason':null}]}",
                  session->model, word);
    plugin_send_body(base, PATCHBAY_DELTA, 0, body, strlen(body), "{'form':'chat'}");
    session->said += size;
    session->words_said += 1;
    if (plugin_has_room(base)) continue;
    plugin_more(base);
    return;
  }
  plugin_send(base, PATCHBAY_DONE, 0,
              "{'finish':'stop','usage':{'prompt_tokens':%i,'completion_tokens':%i}}",
              session->words_read, session->words_said);
}

void plugin_name_receive(patchbay_session *session, const patchbay_message *message) {
  if (message == NULL) {
    say(session);
    return;
  }
  switch (message->kind) {
    case PATCHBAY_OPEN:
      if (session->is_open) break;
      session->is_open = 1;
      if (plugin_head_is(&session->base, message, "/op", "chat")) read_input(session, message);
      else plugin_fail(&session->base, "unsupported", "op.unsupported", "this model only chats", "");
      break;
    case PATCHBAY_CANCEL:
      plugin_fail(&session->base, "cancelled", "cancelled", "cancelled", "");
      break;
    default:
      break;  // a kind that is newer than this plugin
  }
}
