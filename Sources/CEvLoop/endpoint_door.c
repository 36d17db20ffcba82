/* What the port does to those who connect, and the way from each of its forms to each other: again
 * and again, in any order, and never let go meanwhile.
 *
 *  open     it listens; who comes is served, at once or late, or reset
 *  barred   it is bound and does not listen: refused
 *  full     it listens, its queue is full, and nobody accepts: no answer
 *  removed  a Unix-domain socket's path only: there is no such file
 *
 * A socket that listens can't cease to, so out of "open" and "full" a second one is bound beside it
 * before it is closed; into "open" and "full" the very one goes that was barred. */
#include <errno.h>
#include <stdlib.h>

#include "endpoint.h"

typedef enum door_form {
    DOOR_OPEN,
    DOOR_BARRED,
    DOOR_FULL,
    DOOR_REMOVED
} door_form;

static bool has_path(const evl_endpoint *endpoint) {
    return endpoint->config.address.family == EVL_UNIX;
}

static door_form form_of(const evl_endpoint *endpoint, evl_connect_fault fault) {
    switch ((evl_connect_kind)fault.kind) {
    case EVL_CONNECT_DOWN:
        return has_path(endpoint) ? DOOR_REMOVED : DOOR_BARRED;
    case EVL_CONNECT_REFUSED:
        return DOOR_BARRED;
    case EVL_CONNECT_BLACK_HOLE:
        return DOOR_FULL;
    case EVL_CONNECT_SERVED:
    case EVL_CONNECT_SLOW:
    case EVL_CONNECT_RESET:
    case EVL_CONNECT_RESET_UNACCEPTED:
        return DOOR_OPEN;
    }
    return DOOR_OPEN;
}

/* Whether a fault is in force under which nobody comes to play a script. */
bool door_is_shut(const evl_endpoint *endpoint) {
    uint8_t kind = endpoint->fault.kind;
    return kind != EVL_CONNECT_SERVED && kind != EVL_CONNECT_SLOW;
}

static bool makes_wait(evl_connect_fault fault) {
    return fault.kind == EVL_CONNECT_SLOW || fault.kind == EVL_CONNECT_RESET_UNACCEPTED;
}

/* --- at the beginning --- */

/* From the first segment on: a connection that is accepted would be late to ask for it. */
static void stamp_arrivals(const evl_endpoint *endpoint, int fd) {
    if (endpoint->host.measures && endpoint->host.is_tcp)
        socket_stamp_arrivals(fd);
}

evl_status door_prepare(evl_endpoint *endpoint, int *error) {
    const evl_address *wanted = &endpoint->config.address;
    evl_connect_fault fault = endpoint->config.fault;
    door_form form = form_of(endpoint, fault);
    if (makes_wait(fault) && !knocks_prepare(endpoint))
        return EVL_NO_MEMORY;
    uint32_t buffer = endpoint->config.receive_buffer;
    int fd = -1;
    evl_status status = form == DOOR_OPEN
                            ? socket_listen(wanted, buffer, &fd, &endpoint->address, error)
                            : socket_bind(wanted, buffer, &fd, &endpoint->address, error);
    if (status != EVL_OK)
        return status;
    *error = form == DOOR_FULL ? socket_saturate(fd, &endpoint->address) : 0;
    if (*error != 0) {
        socket_close(fd);
        return EVL_SYSTEM;
    }
    stamp_arrivals(endpoint, fd);
    if (form == DOOR_OPEN)
        endpoint->listener = fd;
    else
        endpoint->reserved = fd;
    endpoint->fault = fault;
    endpoint_note_address(endpoint);
    endpoint->file = socket_find_file(&endpoint->address);
    accept_prepare(endpoint);
    return EVL_OK;
}

/* --- from one form to another: 0, or the errno, and then all is as before --- */

/* The listener, from which nobody is let in any more. */
static int withdraw(evl_endpoint *endpoint) {
    int listener = endpoint->listener;
    endpoint->listener = -1;
    accept_watch(endpoint);
    loop_alarm_cancel(endpoint->host.loop, &endpoint->retry);
    return listener;
}

static void put_up(evl_endpoint *endpoint, int listener) {
    endpoint->listener = listener;
    ev_io_set(&endpoint->accept, listener, EV_READ);
}

/* Listens on a bound socket, which its accepted sockets take after. */
static int listen_on(const evl_endpoint *endpoint, int fd) {
    stamp_arrivals(endpoint, fd);
    socket_limit_input(fd, endpoint->config.receive_buffer);
    return socket_listen_again(fd);
}

/* A second listener beside the one that is to be closed: whoever waits for an answer meets no
 * refusal between them. */
static int listen_beside(evl_endpoint *endpoint, int fd, int *error) {
    int beside = socket_reserve(fd, &endpoint->address, error);
    if (beside < 0)
        return -1;
    *error = listen_on(endpoint, beside);
    if (*error == 0)
        return beside;
    socket_close(beside);
    return -1;
}

static int listen_anew(evl_endpoint *endpoint, int *error) {
    int listener = -1;
    evl_address address = endpoint->address;
    socket_unlink(&endpoint->address, endpoint->file);
    if (socket_listen(&endpoint->address, endpoint->config.receive_buffer, &listener, &address,
                      error) == EVL_OK)
        endpoint->file = socket_find_file(&address);
    return listener;
}

static int open_door(evl_endpoint *endpoint, door_form from) {
    int error = 0, listener = endpoint->reserved;
    if (from == DOOR_FULL)
        listener = listen_beside(endpoint, endpoint->reserved, &error);
    else if (listener >= 0)
        error = listen_on(endpoint, listener);
    else
        listener = listen_anew(endpoint, &error);
    if (error != 0)
        return error;
    if (from == DOOR_FULL) /* who slipped in while the queue was being filled is reset with it */
        socket_close(endpoint->reserved);
    endpoint->reserved = -1;
    put_up(endpoint, listener);
    return 0;
}

static int bar_door(evl_endpoint *endpoint, door_form from) {
    int error = 0, held = -1;
    if (from == DOOR_REMOVED) {
        evl_address address = endpoint->address;
        socket_bind(&endpoint->address, endpoint->config.receive_buffer, &held, &address, &error);
        endpoint->file = socket_find_file(&address);
    } else if (!has_path(endpoint)) { /* else its file stays, and holds the path */
        int holder = from == DOOR_OPEN ? endpoint->listener : endpoint->reserved;
        held = socket_reserve(holder, &endpoint->address, &error);
    }
    if (error != 0)
        return error; /* it goes on as it is: better than a port that is lost */
    socket_close(from == DOOR_OPEN ? withdraw(endpoint) : endpoint->reserved);
    endpoint->reserved = held;
    return 0;
}

static int fill_door(evl_endpoint *endpoint, door_form from) {
    int holder = from == DOOR_OPEN ? withdraw(endpoint) : endpoint->reserved;
    int error = socket_saturate(holder, &endpoint->address);
    if (error == 0) {
        endpoint->reserved = holder;
    } else if (from == DOOR_OPEN) {
        put_up(endpoint, holder);
    } else { /* it listens now, and must not */
        int ignored = 0;
        endpoint->reserved = socket_reserve(holder, &endpoint->address, &ignored);
        socket_close(holder);
    }
    return error;
}

static int remove_door(evl_endpoint *endpoint, door_form from) {
    int holder = from == DOOR_OPEN ? withdraw(endpoint) : endpoint->reserved;
    socket_unlink(&endpoint->address, endpoint->file);
    endpoint->file = (socket_file){0}; /* its inode may soon be somebody else's */
    socket_close(holder);
    endpoint->reserved = -1;
    return 0;
}

static int reform(evl_endpoint *endpoint, door_form from, door_form to) {
    if (from == to)
        return 0;
    switch (to) {
    case DOOR_OPEN:
        return open_door(endpoint, from);
    case DOOR_BARRED:
        return bar_door(endpoint, from);
    case DOOR_FULL:
        return has_path(endpoint) ? EOPNOTSUPP : fill_door(endpoint, from);
    case DOOR_REMOVED:
        return remove_door(endpoint, from);
    }
    return EINVAL;
}

/* Resets those who wait, by closing the listener they wait at, and listens on. */
int door_renew(evl_endpoint *endpoint) {
    int error = 0, beside = listen_beside(endpoint, endpoint->listener, &error);
    if (beside < 0)
        return error != 0 ? error : EOPNOTSUPP;
    endpoint->reset_unaccepted += socket_known_pending(endpoint->listener);
    int old = withdraw(endpoint);
    put_up(endpoint, beside);
    accept_watch(endpoint);
    socket_close(old);
    return 0;
}

/* At the end: connects are refused, if the port is to be kept. */
void door_close(evl_endpoint *endpoint, bool keep_port) {
    bool listens = endpoint->listener >= 0;
    bool is_full = form_of(endpoint, endpoint->fault) == DOOR_FULL;
    if (!listens && !is_full)
        return;
    int holder = listens ? withdraw(endpoint) : endpoint->reserved;
    int ignored = 0;
    endpoint->reserved = keep_port ? socket_reserve(holder, &endpoint->address, &ignored) : -1;
    socket_close(holder);
}

/* --- while it runs --- */

static int turn(evl_endpoint *endpoint, evl_connect_fault fault) {
    door_form from = form_of(endpoint, endpoint->fault), to = form_of(endpoint, fault);
    bool was_shut = door_is_shut(endpoint);
    bool is_new = fault.kind != endpoint->fault.kind || fault.after_ns != endpoint->fault.after_ns;
    if (makes_wait(fault) && !knocks_prepare(endpoint))
        return ENOMEM;
    if (from == DOOR_OPEN && is_new) {
        /* Whoever can't be let in is reset by the kernel when the listener is closed: those that a
         * server serves one at a time, or has no descriptor for. */
        knocks_release(endpoint);
        accept_queue(endpoint);
    }
    int error = reform(endpoint, from, to);
    if (error == 0)
        endpoint->fault = fault;
    if (door_is_shut(endpoint))
        ev_timer_stop(endpoint->host.loop->ev, &endpoint->await);
    else if (was_shut) /* nobody could come: who is waited for has the whole limit again */
        endpoint->await_since_ns = endpoint->host.loop->now_ns;
    accept_watch(endpoint);
    return error;
}

static void drop_all(evl_endpoint *endpoint) {
    evl_connection *c = endpoint->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        connection_drop(c, endpoint->fault.kind != EVL_CONNECT_DOWN);
        c = next;
    }
}

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

static void run_set_fault(evl_job *job) {
    evl_inquiry *inquiry = (evl_inquiry *)(void *)job;
    evl_endpoint *endpoint = inquiry->endpoint;
    if (endpoint->config.dials || endpoint->finished || endpoint->finish_asked ||
        endpoint->stopped) {
        answer(inquiry, EVL_INVALID, 0);
        return;
    }
    int error = turn(endpoint, inquiry->fault);
    if (error == 0 && inquiry->reset)
        drop_all(endpoint);
    answer(inquiry, error == 0 ? EVL_OK : EVL_SYSTEM, error);
}

evl_status evl_endpoint_set_fault(evl_endpoint *endpoint, evl_connect_fault fault, bool reset,
                                  uint64_t token) {
    return inquire(endpoint, run_set_fault,
                   (evl_inquiry){.fault = fault, .reset = reset, .token = token});
}
