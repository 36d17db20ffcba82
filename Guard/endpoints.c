#include "endpoints.h"

#include <string.h>

#include "operations.h"

enum {
    AT_ONCE = 16
};

static void notified(void *context, const evl_notice *notice) {
    endpoint_ends *ends = context;
    if (notice->kind == EVL_NOTICE_FETCH) {
        notice->fetch->program = ends->next;
        sem_post(&ends->fetched);
    }
    if (notice->kind != EVL_NOTICE_SETTLED)
        return;
    evl_endpoint_view view;
    evl_endpoint_look(notice->endpoint, &view);
    ends->completed = view.completed;
    sem_post(&ends->settled);
}

static void open_endpoint(endpoint_ends *ends, evl_program *program, evl_endpoint_config *config) {
    *ends = (endpoint_ends){0};
    sem_init(&ends->settled, 0, 0);
    sem_init(&ends->fetched, 0, 0);
    uint64_t minute = 60000000000u; /* no limit is to be met, however slow the machine */
    config->programs = &program;
    config->program_count = program != NULL ? 1 : 0;
    config->every = program != NULL;
    config->statistics = config->every; /* as Swift has it when it is not told otherwise */
    config->step_ns = config->after_script_ns = config->connect_ns = minute;
    config->max_buffered = 1 << 20;
    int error = 0;
    evl_status status =
        evl_endpoint_open(config, notified, ends, &ends->endpoint, &ends->address, &error);
    require(status == EVL_OK, "opening an endpoint");
    evl_program_release(program);
}

void open_server(endpoint_ends *ends, evl_program *program, uint32_t connections,
                 size_t record_bytes, bool counters_only) {
    evl_endpoint_config config = {
        .required = connections, .record_bytes = record_bytes, .counters_only = counters_only};
    config.address = (evl_address){.family = EVL_IPV4, .host = "127.0.0.1"};
    open_endpoint(ends, program, &config);
}

void open_client(endpoint_ends *ends, evl_program *program, uint32_t connections,
                 const evl_address *address) {
    evl_endpoint_config config = {.required = connections, .dials = true, .at_once = AT_ONCE};
    config.address = *address;
    open_endpoint(ends, program, &config);
}

static void await(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0)
        continue; /* EINTR */
}

void await_notice(endpoint_ends *ends) {
    await(&ends->settled);
}

void fetch_steps(endpoint_ends *ends, evl_program *program) {
    ends->next = program;
    evl_endpoint_fetch(ends->endpoint);
    await(&ends->fetched);
}
