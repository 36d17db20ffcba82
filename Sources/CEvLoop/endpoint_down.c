/* Taking the listener down and up again on the same port, which is never let go meanwhile.
 *
 * down: let in who has knocked -> bind a second socket to the port -> close the listener.
 * up:   listen on that second socket. A Unix-domain path is removed, and bound anew instead. */
#include <stdlib.h>

#include "endpoint.h"

static void answer(evl_inquiry *inquiry, evl_status status, int error) {
    evl_endpoint *endpoint = inquiry->endpoint;
    evl_notice notice = {.kind = EVL_NOTICE_TURNED,
                         .token = inquiry->token,
                         .endpoint = endpoint,
                         .status = status,
                         .error = error};
    free(inquiry);
    endpoint->notify(endpoint->context, &notice);
    endpoint_review(endpoint);
}

static void drop_all(evl_endpoint *endpoint) {
    evl_connection *c = endpoint->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        connection_drop(c);
        c = next;
    }
}

static int close_listener(evl_endpoint *endpoint) {
    int error = 0;
    bool has_path = endpoint->address.family == EVL_UNIX;
    int held = has_path ? -1 : socket_reserve(endpoint->listener, &endpoint->address, &error);
    if (error != 0)
        return error; /* it goes on listening: better than a port that is lost */
    int listener = endpoint->listener;
    endpoint->listener = -1;
    endpoint->reserved = held;
    endpoint->down = true;
    accept_watch(endpoint);
    loop_alarm_cancel(endpoint->host.loop, &endpoint->retry);
    ev_timer_stop(endpoint->host.loop->ev, &endpoint->await);
    if (has_path) {
        socket_unlink(&endpoint->address, endpoint->file);
        endpoint->file = (socket_file){0}; /* its inode may soon be somebody else's */
    }
    socket_close(listener);
    return 0;
}

static void run_take_down(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    if (endpoint->config.dials || endpoint->finished || endpoint->finish_asked ||
        endpoint->stopped) {
        answer(inquiry, EVL_INVALID, 0);
        return;
    }
    if (!endpoint->down) {
        /* Whoever can't be let in is reset by the kernel when the listener is closed: those that a
         * server serves one at a time, or has no descriptor for. */
        accept_queue(endpoint);
        int error = close_listener(endpoint);
        if (error != 0) {
            answer(inquiry, EVL_SYSTEM, error);
            return;
        }
    }
    if (inquiry->reset)
        drop_all(endpoint);
    answer(inquiry, EVL_OK, 0);
}

evl_status evl_endpoint_take_down(evl_endpoint *endpoint, bool reset, uint64_t token) {
    return inquire(endpoint, run_take_down, (evl_inquiry){.reset = reset, .token = token});
}

/* The listener, or -1. */
static int listen_again(evl_endpoint *endpoint, int *error) {
    if (endpoint->address.family != EVL_UNIX) {
        socket_limit_input(endpoint->reserved, endpoint->config.receive_buffer);
        *error = socket_listen_again(endpoint->reserved);
        return *error == 0 ? endpoint->reserved : -1;
    }
    int listener = -1;
    evl_address address = endpoint->address;
    if (socket_listen(&endpoint->address, endpoint->config.receive_buffer, &listener, &address,
                      error) == EVL_OK)
        endpoint->file = socket_find_file(&address);
    return listener;
}

static void run_bring_up(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    if (endpoint->config.dials || endpoint->finished || endpoint->finish_asked ||
        endpoint->stopped) {
        answer(inquiry, EVL_INVALID, 0);
        return;
    }
    if (endpoint->down) {
        int error = 0;
        int listener = listen_again(endpoint, &error);
        if (listener < 0) {
            answer(inquiry, EVL_SYSTEM, error);
            return;
        }
        endpoint->listener = listener;
        endpoint->reserved = -1;
        endpoint->down = false;
        /* Nobody could come meanwhile: who is waited for has the whole limit again. */
        endpoint->await_since_ns = endpoint->host.loop->now_ns;
        ev_io_set(&endpoint->accept, listener, EV_READ);
    }
    answer(inquiry, EVL_OK, 0);
}

evl_status evl_endpoint_bring_up(evl_endpoint *endpoint, uint64_t token) {
    return inquire(endpoint, run_bring_up, (evl_inquiry){.token = token});
}
