#include <patchbay/plugin.h>

#define TEXT_BYTES 65536

struct patchbay_session {
  plugin base;
  int is_open;
  char model[200];
  char text[TEXT_BYTES];       // what is to be said
  uint64_t said;               // so many bytes of it are
  int64_t words_read, words_said;
};

plugin_receive plugin_name_receive;
