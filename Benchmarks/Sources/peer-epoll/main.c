#include <string.h>

#include "net.h"
#include "peer.h"
#include "program.h"

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
    if (strcmp(job, "open-inside") == 0) {
        return open_inside(argc, argv);
    }
    program_unsupported();
}
