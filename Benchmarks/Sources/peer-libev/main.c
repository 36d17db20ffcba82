#include <stdio.h>
#include <string.h>

#include "net.h"
#include "peer.h"
#include "program.h"

struct ev_loop *make_loop(void) {
    struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (loop == NULL) {
        net_fail("ev_loop_new", 0);
    }
    return loop;
}

int main(int argc, char **argv) {
    const char *job = argc > 1 ? argv[1] : "";
    net_raise_descriptors();
    if (strcmp(job, "roundtrip") == 0 || strcmp(job, "churn") == 0 || strcmp(job, "open") == 0) {
        return serve_messages(argc, argv, false);
    }
    if (strcmp(job, "framed") == 0 || strcmp(job, "pipelined") == 0) {
        return serve_messages(argc, argv, true);
    }
    if (strcmp(job, "stream") == 0) {
        return serve_stream(argc, argv);
    }
    if (strcmp(job, "fixture") == 0) {
        return run_fixture(argc, argv);
    }
    if (strcmp(job, "idle-servers") == 0) {
        return open_idle_servers(argc, argv);
    }
    if (strcmp(job, "version") == 0) {
        printf("%d.%d\n", ev_version_major(), ev_version_minor());
        return 0;
    }
    program_unsupported();
}
