#include <patchbay/plugin.h>

#define TOKEN_BYTES 8192
#define NAME_BYTES 201

enum state { state_waiting, state_verifying, state_claiming };

struct patchbay_session {
  plugin base;
  enum state state;
  char token[TOKEN_BYTES];
  char payload[TOKEN_BYTES];  // JSON, once it is decoded; believed once the signature is verified
  uint64_t payload_size;
  char issuer[NAME_BYTES], audience[NAME_BYTES];  // what the settings ask for
  char subject[NAME_BYTES];
  int64_t expires_ms;
};

plugin_receive plugin_name_receive;
