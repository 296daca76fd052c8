// Reads one stream, `items`: pages of records, each page with the cursor of the next one.
//
// The hub sends the requests, cuts the records out of the answers and stores them. What is left of
// an answer comes here, and says where the next page is.
#include "plugin_name.h"

// Records may appear a little later than their time says.
#define OVERLAP_MS 60000

// A text and its NUL with every byte escaped, and what stands around it.
#define ESCAPED(BYTES) (6 * (BYTES) + 64)

static void fail_page(patchbay_session *session) {
  plugin_send(&session->base, PATCHBAY_ERROR, 0,
              "{'class':'data','code':'page.cursor','message':'a page has at /next neither a cursor "
              "nor an end','retryable':true}");
}

static void ask(patchbay_session *session) {
  char since[ESCAPED(TIME_BYTES)] = "", after[ESCAPED(CURSOR_BYTES)] = "";
  if (session->since[0] != 0) {
    plugin_format(since, sizeof since, ",['updated_since',%s]", session->since);
  }
  if (session->after[0] != 0) plugin_format(after, sizeof after, ",['after',%s]", session->after);
  session->correlation += 1;
  plugin_send(&session->base, PATCHBAY_HTTP_REQUEST, session->correlation,
              "{'method':'GET','url':'{base_url}/v1/items','query':[['limit','100']%r%r],'extract':"
              "[{'records':'/data','key':'/id','cursor':{'at':'/updated_at','type':'time'}}]}",
              since, after);
}

// ---- State ----------------------------------------------------------------------------------

// Where the next pass begins: at the latest change that was seen, but not after this pass began. What
// changed while it ran may lie on a page that was read before.
static void move_since(patchbay_session *session) {
  const plugin *base = &session->base;
  int64_t since = plugin_time_ms(base, session->since);
  int64_t seen = plugin_time_ms(base, session->latest);
  if (seen == PATCHBAY_TIME_INVALID) return;
  int64_t next = seen < session->started_ms ? seen : session->started_ms;
  next -= OVERLAP_MS;
  if (since != PATCHBAY_TIME_INVALID && next <= since) return;
  if (base->time->format(next, session->since) == 24) session->since[24] = 0;
}

// The records of the last answer are complete, and from this state on the rest can be read.
static void save(patchbay_session *session) {
  char since[ESCAPED(TIME_BYTES)] = "null", pass[ESCAPED(CURSOR_BYTES + TIME_BYTES)] = "";
  if (session->after[0] == 0) move_since(session);
  if (session->since[0] != 0) plugin_format(since, sizeof since, "%s", session->since);
  if (session->after[0] != 0) {
    plugin_format(pass, sizeof pass, ",'after':%s,'latest':%s,'started_ms':%i", session->after,
                  session->latest, session->started_ms);
  }
  plugin_send(&session->base, PATCHBAY_CHECKPOINT, 0, "{'state':{'since':%r%r},'covers':[%i]}", since, pass,
              (int64_t)session->correlation);
}

// The number under a pointer of the head, or 0.
static int64_t find_number(const patchbay_session *session, const patchbay_message *message,
                           const char *pointer) {
  char text[24];
  plugin_find_in_head(&session->base, message, pointer, text, sizeof text);
  return strtoll(text, NULL, 10);
}

// Takes up the state of the last checkpoint. Returns 0 where it is none of this plugin's.
static int resume(patchbay_session *session, const patchbay_message *message) {
  const plugin *base = &session->base;
  int is_fit = 1;
  session->is_incremental = plugin_head_is(base, message, "/mode", "incremental");
  if (session->is_incremental) {
    is_fit &= plugin_find_in_head(base, message, "/state/since", session->since, TIME_BYTES) < 2;
  }
  if (!plugin_head_is_true(base, message, "/resumes")) return is_fit;
  is_fit &= plugin_find_in_head(base, message, "/state/after", session->after, CURSOR_BYTES) < 2;
  is_fit &= plugin_find_in_head(base, message, "/state/latest", session->latest, TIME_BYTES) < 2;
  session->has_cursor = session->after[0] != 0;
  session->started_ms = find_number(session, message, "/state/started_ms");
  return is_fit;
}

// ---- Messages -------------------------------------------------------------------------------

static void begin(patchbay_session *session, const patchbay_message *message) {
  plugin *base = &session->base;
  if (plugin_head_is(base, message, "/op", "check")) {
    session->is_check = 1;
    session->correlation = 1;
    plugin_send(base, PATCHBAY_HTTP_REQUEST, 1,
                "{'method':'GET','url':'{base_url}/v1/items','query':[['limit','1']]}");
  } else if (!plugin_head_is(base, message, "/op", "read")) {
    plugin_fail(base, "unsupported", "op.unsupported", "this plugin only checks and reads", "");
  } else if (!plugin_head_is(base, message, "/stream", "items")) {
    plugin_fail(base, "config", "stream.unknown", "the only stream is “items”", "");
  } else if (!resume(session, message)) {
    plugin_fail(base, "bug", "state.form", "the state was not written by this plugin",
                "sync once with --full");
  } else {
    ask(session);
  }
}

// Notes the latest change of a page, and when the pass began.
static void look_at_times(patchbay_session *session, const patchbay_message *answer) {
  const plugin *base = &session->base;
  char text[TIME_BYTES];
  if (session->started_ms == 0) {
    plugin_find_in_head(base, answer, "/headers/date", text, sizeof text);
    int64_t vendors = plugin_http_time_ms(base, text);
    session->started_ms = vendors == PATCHBAY_TIME_INVALID ? base->moment.now_ms : vendors;
  }
  plugin_find_in_head(base, answer, "/extracted/0/max_cursor", text, sizeof text);
  // What is no time is the least of all.
  if (plugin_time_ms(base, text) > plugin_time_ms(base, session->latest)) {
    memcpy(session->latest, text, sizeof text);
  }
}

// There is no next page. The vendor says so by a cursor that is null, or gone after it was there; where
// no page had one, /next may be the wrong place. After a full pass, what was not seen is deleted.
static void end(patchbay_session *session, const patchbay_message *answer) {
  plugin *base = &session->base;
  if (!session->has_cursor && !plugin_is_null(base, answer->body, answer->body_size, "/next")) {
    plugin_done_unproven(base, "no page has anything at /next");
  } else if (session->is_incremental) {
    plugin_send(base, PATCHBAY_DONE, 0, "{'end':'cursor'}");
  } else {
    plugin_done_snapshot(base, "cursor");
  }
}

static void take_page(patchbay_session *session, const patchbay_message *answer) {
  plugin *base = &session->base;
  look_at_times(session, answer);
  if (plugin_find(base, answer->body, answer->body_size, "/next", session->after, CURSOR_BYTES) ==
      PLUGIN_UNFIT) {
    fail_page(session);
    return;
  }
  save(session);
  if (session->after[0] == 0) {
    end(session, answer);
    return;
  }
  session->has_cursor = 1;
  ask(session);
}

void plugin_name_receive(patchbay_session *session, const patchbay_message *message) {
  if (message == NULL) return;
  int is_answer = session->correlation != 0 && message->correlation == session->correlation;
  switch (message->kind) {
    case PATCHBAY_OPEN:
      if (session->correlation == 0) begin(session, message);
      break;
    case PATCHBAY_HTTP_RESPONSE:
      if (!is_answer) break;
      if (session->is_check) plugin_send(&session->base, PATCHBAY_DONE, 0, "{}");
      else take_page(session, message);
      break;
    case PATCHBAY_FAILED:
      if (is_answer) plugin_fail_with(&session->base, message);
      break;
    case PATCHBAY_CANCEL:
      plugin_fail(&session->base, "cancelled", "cancelled", "cancelled", "");
      break;
    default:
      break;  // a kind that is newer than this plugin
  }
}
