// Patchbay plugin ABI, version 1.0.
//
// A plugin is a state machine: messages in, messages out. It opens no socket, file or thread and
// holds no secret; the host performs every effect that its messages ask for. All of a plugin is
// reached through one exported symbol, `patchbay_plugin_entry`.
//
// Messages are (kind, correlation, head, body). The head is a JSON object in UTF-8, the body raw
// bytes. The heads are described, with a schema each, in Patchbay.docc/Messages.
//
// Ownership: what is passed in is borrowed for the call. What is emitted is copied by the host
// before `emit` returns. No allocation crosses this border, in either direction.
// Threads: [any-thread] may be called from any thread, also concurrently; [serial-per-session] is
// never called concurrently for one session, but not always from the same thread.
// Errors are messages (kind ERROR), never return values, signals or exceptions.
#ifndef PATCHBAY_PATCHBAY_H
#define PATCHBAY_PATCHBAY_H

#include <stdint.h>

#if defined(__clang__)
#pragma clang diagnostic ignored "-Wnullability-extension"
#define PATCHBAY_NULLABLE _Nullable
#define PATCHBAY_NONNULL _Nonnull
#else
#define PATCHBAY_NULLABLE
#define PATCHBAY_NONNULL
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Major in the upper, minor in the lower sixteen bits. A host runs the plugins of its own major
// version that are not newer than itself. Nothing in this file changes its meaning or layout: a
// minor version adds message kinds, members of heads and extensions.
#define PATCHBAY_ABI_VERSION 0x00010000u

// Whether a host of that version runs a plugin that was built with this header.
#define PATCHBAY_ABI_SERVES(host) \
  ((host) >> 16 == PATCHBAY_ABI_VERSION >> 16 && (host) >= PATCHBAY_ABI_VERSION)

// ---- Message kinds: host to plugin ----------------------------------------------------------
// A plugin ignores kinds and head members that it does not know.

#define PATCHBAY_OPEN 1u           // first message of a session: operation, settings, state, limits
#define PATCHBAY_HTTP_RESPONSE 2u  // the answer to HTTP_REQUEST of the same correlation
#define PATCHBAY_HTTP_EVENTS 3u    // framed pieces of a streamed answer
#define PATCHBAY_WAITED 4u         // the WAIT of the same correlation is over
#define PATCHBAY_RESULT 5u         // the answer to CRYPTO or CLAIM of the same correlation
#define PATCHBAY_FAILED 6u         // what was asked for under this correlation failed for good
#define PATCHBAY_CREDIT 7u         // there is room again after `emit` answered FULL
#define PATCHBAY_INPUT 8u          // further input of the operation: records to write
#define PATCHBAY_CANCEL 9u         // stop; a grace period follows, then the session is closed

// ---- Message kinds: plugin to host ----------------------------------------------------------
// The host refuses a head with members that it does not know, naming them, unless the head lists
// them under "optional".

#define PATCHBAY_HTTP_REQUEST 64u  // send a request; the correlation is the plugin's choice, not 0
#define PATCHBAY_HTTP_CANCEL 65u   // forget the request of the same correlation
#define PATCHBAY_RECORDS 66u       // records in the body, cut by the plan in the head
#define PATCHBAY_CHECKPOINT 67u    // state to resume from, and the correlations that it covers
#define PATCHBAY_WAIT 68u          // wake me after a while (WAITED)
#define PATCHBAY_OUTCOME 69u       // what became of records to write
#define PATCHBAY_CRYPTO 70u        // hmac, verify, sign or unwrap with a key that only the host has
#define PATCHBAY_CLAIM 71u         // consume an id once, atomically
#define PATCHBAY_REPLY 72u         // the answer to a webhook or a browser
#define PATCHBAY_EVENT 73u         // something that a webhook told
#define PATCHBAY_DELTA 74u         // a piece of a model's answer, in canonical form
#define PATCHBAY_PRINCIPAL 75u     // a verified identity
#define PATCHBAY_CATALOG 76u       // streams and columns found at the vendor
#define PATCHBAY_NOTE 77u          // a line for the admin
#define PATCHBAY_PROGRESS 78u      // how far, of how much
#define PATCHBAY_ERROR 79u         // the operation failed; ends the session
#define PATCHBAY_DONE 80u          // the operation is complete; ends the session

// ---- Messages -------------------------------------------------------------------------------

typedef struct patchbay_message {
  uint32_t kind;
  uint32_t reserved;     // 0
  uint64_t correlation;  // pairs answers with requests, at most 2^63 - 1; 0 where nothing is paired
  const char *PATCHBAY_NULLABLE head;  // UTF-8 JSON object, not NUL-terminated; size 0 is "{}"
  uint64_t head_size;                  // bytes, at most 1 MiB
  const uint8_t *PATCHBAY_NULLABLE body;
  uint64_t body_size;                  // bytes; see limits in OPEN
} patchbay_message;

// Answers of `emit`.
#define PATCHBAY_ACCEPTED 0u  // copied
#define PATCHBAY_FULL 1u      // not taken: return from `step` and emit it again after CREDIT
#define PATCHBAY_CLOSED 2u    // not taken: the session is over, nothing will be taken again

// Where a step's messages go. Valid during that call of `step` only.
typedef struct patchbay_sink {
  void *PATCHBAY_NULLABLE context;
  // [serial-per-session], from inside `step` only.
  uint32_t (*PATCHBAY_NONNULL emit)(void *PATCHBAY_NULLABLE context,
                                    const patchbay_message *PATCHBAY_NONNULL message);
} patchbay_sink;

// All of the outside world that a step may depend on, besides its message.
typedef struct patchbay_moment {
  int64_t now_ms;  // milliseconds since 1970-01-01T00:00:00Z
  uint64_t seed;   // fresh random bits for this step
} patchbay_moment;

// ---- Host -----------------------------------------------------------------------------------

typedef struct patchbay_host {
  uint32_t abi_version;
  uint32_t reserved;  // 0
  // [any-thread] A table of pure functions by id ("patchbay.json/1"), or NULL. It and the host
  // table live as long as the process.
  const void *PATCHBAY_NULLABLE (*PATCHBAY_NONNULL get_extension)(const char *PATCHBAY_NONNULL id);
} patchbay_host;

// ---- Plugin ---------------------------------------------------------------------------------

typedef struct patchbay_session patchbay_session;  // the plugin's own

// Answers of `step`.
#define PATCHBAY_STEP_IDLE 0u   // waiting for a message
#define PATCHBAY_STEP_MORE 1u   // call me again without a message
#define PATCHBAY_STEP_ENDED 2u  // DONE or ERROR was emitted

typedef struct patchbay_plugin {
  uint32_t abi_version;  // PATCHBAY_ABI_VERSION of the header that it was built with
  uint32_t reserved;     // 0
  // [any-thread] A new session, or NULL where memory is short.
  patchbay_session *PATCHBAY_NULLABLE (*PATCHBAY_NONNULL open)(
      const patchbay_host *PATCHBAY_NONNULL host);
  // [serial-per-session] Takes one message (NULL after STEP_MORE) and emits any number. Returns
  // without waiting for anything. The same messages and moments give the same bytes.
  uint32_t (*PATCHBAY_NONNULL step)(patchbay_session *PATCHBAY_NONNULL session,
                                    const patchbay_moment *PATCHBAY_NONNULL moment,
                                    const patchbay_message *PATCHBAY_NULLABLE message,
                                    const patchbay_sink *PATCHBAY_NONNULL sink);
  // [serial-per-session] The last call for this session; may come at any time between steps.
  void (*PATCHBAY_NONNULL close)(patchbay_session *PATCHBAY_NONNULL session);
  // [any-thread] Optional interfaces of the plugin by id, or NULL.
  const void *PATCHBAY_NULLABLE (*PATCHBAY_NONNULL get_extension)(const char *PATCHBAY_NONNULL id);
} patchbay_plugin;

// The one exported symbol. [any-thread] Given the host's ABI version, returns the plugin's table
// (which lives as long as the process), or NULL where it cannot serve that version.
const patchbay_plugin *PATCHBAY_NULLABLE patchbay_plugin_entry(uint32_t host_abi_version);

#ifdef __cplusplus
}
#endif
#endif
