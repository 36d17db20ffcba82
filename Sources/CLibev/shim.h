/* The one place that finds libev's header, or says which package brings it. */
#ifndef TCPMOCK_LIBEV_SHIM_H
#define TCPMOCK_LIBEV_SHIM_H

#if !__has_include(<ev.h>)
#error TCPMock needs libev: apt-get install libev-dev (Debian, Ubuntu), dnf install libev-devel (Fedora), brew install libev (macOS)
#endif
#include <ev.h> /* after #endif: its own fatal error then stops the cascade of follow-up errors */

#endif
