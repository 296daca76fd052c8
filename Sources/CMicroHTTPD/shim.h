#pragma once
#include <microhttpd.h>

// A variadic call of libmicrohttpd, for what we ask: Swift cannot import it.

/// The port that the server listens on; 0 where it is not known.
static inline uint16_t mhd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}
