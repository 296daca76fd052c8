// Whole conversations with the plugin. `make test` runs them with the sanitizers on.
#include <patchbay/testing.h>

// {"alg":"HS256"} . {"jti":"j","sub":"ann","iss":"i","aud":["x","a"],"exp":4102444800}
#define TOKEN \
  "eyJhbGciOiJIUzI1NiJ9." \
  "eyJqdGkiOiJqIiwic3ViIjoiYW5uIiwiaXNzIjoiaSIsImF1ZCI6WyJ4IiwiYSJdLCJleHAiOjQxMDI0NDQ4MDB9.c2ln"
#define OPEN "{'op':'finish','config':{'issuer':'i','audience':'a'}}"

static void test_good(void) {
  begin_test("lets in who brings a good token");
  hear(PATCHBAY_OPEN, 0, OPEN, "x=1&token=" TOKEN);
  expect_said(PATCHBAY_CRYPTO, "/signature", "c2ln");
  hear(PATCHBAY_RESULT, 1, "{'verified':true}", "");
  expect_said(PATCHBAY_CLAIM, "/id", "j");
  expect(hear(PATCHBAY_RESULT, 2, "{'fresh':true}", "") == PATCHBAY_STEP_ENDED);
  expect_said(PATCHBAY_PRINCIPAL, "/subject", "ann");
  expect_said(PATCHBAY_DONE, "", "{}");
}

static void test_bad(void) {
  begin_test("refuses a signature that does not verify");
  hear(PATCHBAY_OPEN, 0, OPEN, "token=" TOKEN);
  expect_said(PATCHBAY_CRYPTO, "/key", "token_key");
  hear(PATCHBAY_RESULT, 1, "{'verified':false}", "");
  expect_said(PATCHBAY_ERROR, "/code", "token.signature");

  begin_test("refuses a token that was used");
  hear(PATCHBAY_OPEN, 0, OPEN, "token=" TOKEN);
  expect_said(PATCHBAY_CRYPTO, "/do", "verify");
  hear(PATCHBAY_RESULT, 1, "{'verified':true}", "");
  expect_said(PATCHBAY_CLAIM, "/scope", "tokens");
  hear(PATCHBAY_RESULT, 2, "{'fresh':false}", "");
  expect_said(PATCHBAY_ERROR, "/code", "token.replay");

  const char *forms[] = {"token=a", "token=a.b", "token=a.b.c.d", "token=..", "token=e30.e30.e30="};
  for (int index = 0; index < 5; index += 1) {
    begin_test("refuses what is no token");
    hear(PATCHBAY_OPEN, 0, OPEN, forms[index]);
    expect_said(PATCHBAY_ERROR, "/code", "token.form");
  }
}

int main(void) {
  test_good();
  test_bad();
  end_test();
  puts("all tests passed");
  return 0;
}
