// Whole conversations with the plugin. `make test` runs them with the sanitizers on.
#include <patchbay/testing.h>

static void test_pages(void) {
  begin_test("follows the pages, and ends behind the last");
  hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{}}", "");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/0/1", "100");
  hear(PATCHBAY_HTTP_RESPONSE, 1, "{'extracted':[{'max_cursor':'2025-01-02T03:04:05Z'}]}",
       "{'next':'b'}");
  expect_said(PATCHBAY_CHECKPOINT, "/state/after", "b");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/1/1", "b");
  expect(hear(PATCHBAY_HTTP_RESPONSE, 2, "{'extracted':[{}]}", "{'next':null}") ==
         PATCHBAY_STEP_ENDED);
  expect_said(PATCHBAY_CHECKPOINT, "/state/since", "2025-01-02T03:03:05.000Z");
  expect_said(PATCHBAY_DONE, "", "{\"end\":\"cursor\",\"snapshot\":true}");
}

static void test_ends(void) {
  begin_test("ends where the cursor is gone that was there before");
  hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{},'mode':'incremental'}", "");
  hear(PATCHBAY_HTTP_RESPONSE, 1, "{}", "{'next':'b'}");
  hear(PATCHBAY_HTTP_RESPONSE, 2, "{}", "{}");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/0/1", "100");
  expect_said(PATCHBAY_CHECKPOINT, "/state/after", "b");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/1/1", "b");
  expect_said(PATCHBAY_CHECKPOINT, "/covers", "[2]");
  expect_said(PATCHBAY_DONE, "", "{\"end\":\"cursor\"}");

  begin_test("does not take a cursor that never was for an end");
  hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{}}", "");
  hear(PATCHBAY_HTTP_RESPONSE, 1, "{}", "{'cursor':'b'}");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/0/1", "100");
  expect_said(PATCHBAY_CHECKPOINT, "/covers", "[1]");
  expect_said(PATCHBAY_DONE, "/unproven", "no page has anything at /next");
}

static void test_resume(void) {
  begin_test("goes on where an interrupted pass stopped");
  hear(PATCHBAY_OPEN, 0,
       "{'op':'read','stream':'items','config':{},'mode':'incremental','resumes':true,'state':"
       "{'since':'2025-01-01T00:00:00Z','after':'x','latest':'','started_ms':1735732800000}}", "");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/2/1", "x");
}

static void test_room(void) {
  begin_test("says again what the host had no room for, and then the rest");
  hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{}}", "");
  expect_said(PATCHBAY_HTTP_REQUEST, "/method", "GET");
  leave_room(0);
  expect(hear(PATCHBAY_HTTP_RESPONSE, 1, "{}", "{'next':null}") == PATCHBAY_STEP_IDLE);
  expect_silence();
  leave_room(2);
  expect(hear(PATCHBAY_CREDIT, 0, "{}", "") == PATCHBAY_STEP_ENDED);
  expect_said(PATCHBAY_CHECKPOINT, "/covers", "[1]");
  expect_said(PATCHBAY_DONE, "/end", "cursor");
}

static void test_end(void) {
  begin_test("fails as its request does");
  hear(PATCHBAY_OPEN, 0, "{'op':'check','config':{}}", "");
  expect_said(PATCHBAY_HTTP_REQUEST, "/query/0/1", "1");
  hear(PATCHBAY_FAILED, 7, "{'code':'of.another'}", "");
  hear(99, 1, "{}", "");
  expect_silence();
  hear(PATCHBAY_FAILED, 1, "{'class':'auth','code':'http.401','message':'no'}", "");
  expect_said(PATCHBAY_ERROR, "/code", "http.401");

  begin_test("ends when it is cancelled");
  hear(PATCHBAY_OPEN, 0, "{'op':'read','stream':'items','config':{}}", "");
  expect_said(PATCHBAY_HTTP_REQUEST, "/method", "GET");
  expect(hear(PATCHBAY_CANCEL, 0, "{}", "") == PATCHBAY_STEP_ENDED);
  expect_said(PATCHBAY_ERROR, "/class", "cancelled");
}

int main(void) {
  test_pages();
  test_ends();
  test_resume();
  test_room();
  test_end();
  end_test();
  puts("all tests passed");
  return 0;
}
