// The one symbol that the hub calls.
#include "plugin_name.h"

PATCHBAY_PLUGIN(plugin_name_receive)
