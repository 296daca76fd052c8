// Every size and offset of the ABI, frozen: a change of layout is a compile error.
#include <stddef.h>

#include "patchbay/extensions.h"
#include "patchbay/patchbay.h"

#define AT(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member " moved")
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " changed its size")

_Static_assert(sizeof(void *) == 8, "the ABI is defined for 64-bit platforms");

AT(patchbay_message, kind, 0);
AT(patchbay_message, reserved, 4);
AT(patchbay_message, correlation, 8);
AT(patchbay_message, head, 16);
AT(patchbay_message, head_size, 24);
AT(patchbay_message, body, 32);
AT(patchbay_message, body_size, 40);
SIZE(patchbay_message, 48);

AT(patchbay_sink, context, 0);
AT(patchbay_sink, emit, 8);
SIZE(patchbay_sink, 16);

AT(patchbay_moment, now_ms, 0);
AT(patchbay_moment, seed, 8);
SIZE(patchbay_moment, 16);

AT(patchbay_host, abi_version, 0);
AT(patchbay_host, reserved, 4);
AT(patchbay_host, get_extension, 8);
SIZE(patchbay_host, 16);

AT(patchbay_plugin, abi_version, 0);
AT(patchbay_plugin, reserved, 4);
AT(patchbay_plugin, open, 8);
AT(patchbay_plugin, step, 16);
AT(patchbay_plugin, close, 24);
AT(patchbay_plugin, get_extension, 32);
SIZE(patchbay_plugin, 40);

AT(patchbay_json_1, read, 0);
AT(patchbay_json_1, find, 8);
SIZE(patchbay_json_1, 16);

AT(patchbay_codec_1, sha256, 0);
AT(patchbay_codec_1, base64_encode, 8);
AT(patchbay_codec_1, base64_decode, 16);
SIZE(patchbay_codec_1, 24);

AT(patchbay_time_1, parse, 0);
AT(patchbay_time_1, format, 8);
SIZE(patchbay_time_1, 16);
