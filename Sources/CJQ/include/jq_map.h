// Maps pages of JSON to records with a jq program. Runs the text of an administrator without any limit of time or
// memory: call it only in a process that was given ceilings and has nothing to lose.
//
// Threads: one. Ownership: inputs are borrowed for the call; a `jqm_program` is never freed, it ends with its process.
#ifndef PATCHBAY_JQ_MAP_H
#define PATCHBAY_JQ_MAP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  JQM_OK = 0,
  JQM_PROGRAM = 1,   ///< the program cannot be compiled, or failed on this page
  JQM_PAGE = 2,      ///< the page is no JSON, or has a member twice
  JQM_OUTPUT = 3,    ///< an output is no object
  JQM_TOO_LARGE = 4, ///< the outputs need more room than there is
  JQM_NUMBER = 5,    ///< the program calculates with a number that a double cannot hold; `message` says which
};

#define JQM_MESSAGE 1000

typedef struct jqm_program jqm_program;

/// Compiles a program (NUL-terminated). On failure NULL, and what jq says of it in `message`.
jqm_program *_Nullable jqm_compile(const char *_Nonnull text, char message[_Nonnull JQM_MESSAGE]);

/// Runs it over one page. The outputs are written to `out`, one a line; `*written` is their size, `*count` their
/// number. A number that the program only moves keeps every letter that it has on the page. One that a double cannot
/// hold is compared exactly, and written with all digits; to calculate with it is JQM_NUMBER.
int32_t jqm_run(jqm_program *_Nonnull program, const uint8_t *_Nonnull page, uint64_t size, uint32_t max_depth,
                uint8_t *_Nonnull out, uint64_t room, uint64_t *_Nonnull written, uint64_t *_Nonnull count,
                char message[_Nonnull JQM_MESSAGE]);

#ifdef __cplusplus
}
#endif
#endif
