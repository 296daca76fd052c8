#include <patchbay/plugin.h>

#define CURSOR_BYTES 1024
#define TIME_BYTES 64

struct patchbay_session {
  plugin base;
  int is_check;
  int is_incremental;       // only what changed is read
  int has_cursor;           // a page of this pass named the next one
  uint64_t correlation;     // of the last request
  int64_t started_ms;       // when this pass began, by the vendor's clock; 0 before it is known
  char since[TIME_BYTES];   // only what changed since then is asked for, unless empty
  char latest[TIME_BYTES];  // the latest change that this pass has seen
  char after[CURSOR_BYTES]; // where the next page is; empty before the first and after the last
};

plugin_receive plugin_name_receive;
