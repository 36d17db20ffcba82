/* The jobs of this peer: libev used from C by hand, as directly as it goes. Each returns the
 * process's exit code. */
#ifndef PEER_LIBEV_H
#define PEER_LIBEV_H

#include <stdbool.h>

#if !__has_include(<ev.h>)
#error this needs libev: apt-get install libev-dev
#endif
#include <ev.h>

/* Answers each right message with one, on any number of connections; on `--threads` loops that
 * share the port. */
int serve_messages(int argc, char **argv, bool framed);

/* Compares `--bytes` of payload in place, then answers one byte. */
int serve_stream(int argc, char **argv);

/* `--count` hello tests against servers on one shared loop thread; `--own-loop 1`: a thread and a
 * loop each. */
int run_fixture(int argc, char **argv);

/* What an idle server costs: opens `--count` of them on the shared loop. */
int open_idle_servers(int argc, char **argv);

/* A loop of its own, epoll whatever the environment says. */
struct ev_loop *make_loop(void);

#endif
