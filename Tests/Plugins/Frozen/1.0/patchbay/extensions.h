// Pure helpers of the host, found with `get_extension`. All functions are [any-thread], keep
// nothing, and answer at once. A table's layout never changes; more comes under a new id.
#ifndef PATCHBAY_EXTENSIONS_H
#define PATCHBAY_EXTENSIONS_H

#include "patchbay.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- "patchbay.json/1" ----------------------------------------------------------------------

// Events of a document, in order. NAME and STRING come unescaped, NUMBER as it was written.
#define PATCHBAY_JSON_OBJECT 1u
#define PATCHBAY_JSON_OBJECT_END 2u
#define PATCHBAY_JSON_ARRAY 3u
#define PATCHBAY_JSON_ARRAY_END 4u
#define PATCHBAY_JSON_NAME 5u
#define PATCHBAY_JSON_STRING 6u
#define PATCHBAY_JSON_NUMBER 7u
#define PATCHBAY_JSON_TRUE 8u
#define PATCHBAY_JSON_FALSE 9u
#define PATCHBAY_JSON_NULL 10u

#define PATCHBAY_JSON_MISSING (-1)  // the pointer leads nowhere
#define PATCHBAY_JSON_INVALID (-2)  // the document is not JSON

typedef struct patchbay_json_1 {
  // Reads a document strictly (RFC 8259, at most 500 levels) and reports its events; text is
  // borrowed for the event. Returns 0, or 1 where the document is not JSON: drop what was seen.
  uint32_t (*PATCHBAY_NONNULL read)(
      const uint8_t *PATCHBAY_NULLABLE data, uint64_t size, void *PATCHBAY_NULLABLE context,
      void (*PATCHBAY_NONNULL visit)(void *PATCHBAY_NULLABLE context, uint32_t event,
                                     const char *PATCHBAY_NULLABLE text, uint64_t text_size));
  // Copies the value under a JSON Pointer: a string unescaped, anything else as JSON text.
  // Returns its size in bytes (only the first `capacity` are copied) or PATCHBAY_JSON_…
  int64_t (*PATCHBAY_NONNULL find)(const uint8_t *PATCHBAY_NULLABLE data, uint64_t size,
                                   const char *PATCHBAY_NONNULL pointer, char *PATCHBAY_NULLABLE out,
                                   uint64_t capacity, uint32_t *PATCHBAY_NULLABLE event);
} patchbay_json_1;

// ---- "patchbay.codec/1" ---------------------------------------------------------------------

typedef struct patchbay_codec_1 {
  void (*PATCHBAY_NONNULL sha256)(const uint8_t *PATCHBAY_NULLABLE data, uint64_t size,
                                  uint8_t *PATCHBAY_NONNULL out /* 32 bytes */);
  // RFC 4648; `url` 1 for the URL alphabet (no padding written, padding optional when read).
  // Return the size in bytes (only the first `capacity` are written), decode -1 on foreign text.
  int64_t (*PATCHBAY_NONNULL base64_encode)(const uint8_t *PATCHBAY_NULLABLE data, uint64_t size,
                                            uint32_t url, char *PATCHBAY_NULLABLE out,
                                            uint64_t capacity);
  int64_t (*PATCHBAY_NONNULL base64_decode)(const char *PATCHBAY_NULLABLE text, uint64_t size,
                                            uint32_t url, uint8_t *PATCHBAY_NULLABLE out,
                                            uint64_t capacity);
} patchbay_codec_1;

// ---- "patchbay.time/1" ----------------------------------------------------------------------

#define PATCHBAY_TIME_INVALID INT64_MIN

typedef struct patchbay_time_1 {
  // Milliseconds since 1970 of an RFC 3339 date-time, or PATCHBAY_TIME_INVALID.
  int64_t (*PATCHBAY_NONNULL parse)(const char *PATCHBAY_NULLABLE text, uint64_t size);
  // Writes "2026-01-31T09:30:00.000Z" (24 bytes); returns 24, or 0 outside the years 0 to 9999.
  uint64_t (*PATCHBAY_NONNULL format)(int64_t time_ms, char *PATCHBAY_NONNULL out /* 24 bytes */);
} patchbay_time_1;

#ifdef __cplusplus
}
#endif
#endif
