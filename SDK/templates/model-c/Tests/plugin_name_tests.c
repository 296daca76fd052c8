// Whole conversations with the plugin. `make test` runs them with the sanitizers on.
#include <patchbay/testing.h>

static void test_words(void) {
  begin_test("says the last user message word by word");
  hear(PATCHBAY_OPEN, 0,
       "{'op':'chat','input':{'messages':[{'role':'system','content':'Be brief.'},"
       "{'role':'user','content':[{'text':'Good  morning,'},{'image':1},{'text':'all'}]}]}}", "");
  const char *wanted[] = {"Good  ", "morning, ", "all"};
  for (int index = 0; index < 3; index += 1) {
    char *body = test_host.said[index].body, found[64] = "";
    test_find((uint8_t *)body, strlen(body), "/choices/0/delta/content", found, 63, NULL);
    expect(strcmp(found, wanted[index]) == 0);
    expect_said(PATCHBAY_DELTA, "/form", "chat");
  }
  expect_said(PATCHBAY_DONE, "/usage/prompt_tokens", "5");
}

static void test_room(void) {
  begin_test("waits for room, a word at a time");
  leave_room(1);
  hear(PATCHBAY_OPEN, 0, "{'op':'chat','input':{'messages':[{'role':'user','content':'a b'}]}}", "");
  expect_said(PATCHBAY_DELTA, "/form", "chat");
  expect_silence();
  leave_room(9);
  expect(hear(PATCHBAY_CREDIT, 0, "{}", "") == PATCHBAY_STEP_ENDED);
  expect_said(PATCHBAY_DELTA, "/form", "chat");
  expect_said(PATCHBAY_DONE, "/usage/completion_tokens", "2");
  expect_silence();
}

static void test_refusal(void) {
  begin_test("says so when there is nothing to answer");
  hear(PATCHBAY_OPEN, 0, "{'op':'chat','input':{'messages':[]}}", "");
  expect_said(PATCHBAY_ERROR, "/code", "chat.messages");
}

int main(void) {
  test_words();
  test_room();
  test_refusal();
  end_test();
  puts("all tests passed");
  return 0;
}
