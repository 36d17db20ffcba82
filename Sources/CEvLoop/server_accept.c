/* Accepting: as many as there are; which script each plays; what happens to those without one. */
#include "server.h"

enum {
    ACCEPT_AT_ONCE = 256
};
#define PAUSE_NS 10000000u /* 10 ms, when the process has no descriptor left */

static void admit(evl_server *server, int fd, const char *peer);

static evl_server *server_of(ev_io *watcher) {
    return (evl_server *)(void *)((char *)watcher - offsetof(evl_server, accept));
}

static bool may_accept(const evl_server *server) {
    if (server->listener < 0 || server->finished || server->retry.armed)
        return false;
    /* Who has knocked before the finish is served; who comes later would put it off for ever. */
    if (server->finish_asked && server_is_pool(server) && server->scripted > 0 &&
        server->last_admissions == 0)
        return false;
    return !(server->config.one_at_a_time && server->active > 0);
}

/* A listener that is readable but not accepted from would wake the loop for ever: stop it. */
void accept_watch(evl_server *server) {
    struct ev_loop *ev = server->host.loop->ev;
    bool wanted = may_accept(server);
    if (wanted && !ev_is_active(&server->accept))
        ev_io_start(ev, &server->accept);
    if (!wanted && ev_is_active(&server->accept))
        ev_io_stop(ev, &server->accept);
}

static void pause_accepting(evl_server *server, int error) {
    server->accept_pauses++;
    server->accept_error = error;
    loop_alarm_set(server->host.loop, &server->retry, server->host.loop->now_ns + PAUSE_NS);
}

void accept_retry(evl_alarm *alarm) {
    evl_server *server = (evl_server *)(void *)((char *)alarm - offsetof(evl_server, retry));
    accept_watch(server);
}

void accept_all(evl_server *server) {
    atomic_store_explicit(&server->settled, false, memory_order_release);
    for (int i = 0; i < ACCEPT_AT_ONCE && may_accept(server); i++) {
        int fd = -1, error = 0;
        char peer[SOCKET_PEER_TEXT];
        socket_result result = socket_accept(server->listener, &fd, peer, &error);
        if (result == SOCKET_LATER)
            break;
        if (result == SOCKET_OK)
            admit(server, fd, peer);
        else
            pause_accepting(server, error);
    }
    accept_watch(server);
}

void accept_ready(struct ev_loop *ev, ev_io *watcher, int events) {
    (void)ev, (void)events;
    evl_server *server = server_of(watcher);
    accept_all(server);
    server_review(server);
}

/* --- who plays what --- */

static void link_active(evl_server *server, evl_connection *c) {
    c->next = server->first_active;
    c->prev = NULL;
    if (c->next != NULL)
        c->next->prev = c;
    server->first_active = c;
    server->active++;
}

/* The program for the next connection, or false when no script is for it. */
static bool choose(evl_server *server, evl_program **program, uint32_t *script) {
    const evl_server_config *config = &server->config;
    *script = server->scripted;
    if (config->every) {
        if (config->required > 0 && server->scripted >= config->required)
            return false;
        *program = evl_program_retain(server->programs[0]);
        return true;
    }
    if (server->failed)
        return false;
    if (server_is_live(server)) {
        *program = server->unclaimed;
        server->unclaimed = server->last_unclaimed = NULL;
        return server->scripted == 0;
    }
    if (server->scripted >= config->program_count)
        return false;
    *program = evl_program_retain(server->programs[server->scripted]);
    return true;
}

static uint32_t waiting_step(const evl_server *server) {
    const evl_connection *c = server->first_active;
    return c != NULL && c->script != NOBODY ? session_index(&c->session) : NOBODY;
}

static void turn_away(evl_server *server, int fd, const char *peer) {
    evl_unscripted policy = (evl_unscripted)server->config.unscripted;
    if (server->failed && policy == EVL_UNSCRIPTED_FAIL) {
        /* Its cause has been reported: a client that retries must not bury it. */
        server->refused++;
        socket_reset(fd);
        return;
    }
    evl_connection *c =
        connection_open(&server->host, fd, peer, server->accepted, NOBODY, NULL, true);
    if (c == NULL) {
        socket_reset(fd);
        return;
    }
    uint32_t step = waiting_step(server);
    link_active(server, c);
    if (policy == EVL_UNSCRIPTED_IGNORE) {
        c->idle = true;
        server->unscripted++;
        return;
    }
    if (policy == EVL_UNSCRIPTED_RESET)
        server->unscripted++;
    connection_refuse(c, policy == EVL_UNSCRIPTED_FAIL, step);
}

static void admit(evl_server *server, int fd, const char *peer) {
    evl_program *program = NULL;
    uint32_t script = 0;
    server->accepted++;
    if (server->last_admissions > 0)
        server->last_admissions--;
    if (!choose(server, &program, &script)) {
        evl_program_release(program);
        turn_away(server, fd, peer);
        return;
    }
    evl_connection *c = connection_open(&server->host, fd, peer, server->accepted, script, program,
                                        server_is_live(server) && !server->finish_asked);
    if (c == NULL) {
        evl_program_release(program);
        socket_reset(fd);
        return;
    }
    server->scripted++;
    server->await_since_ns = server->host.loop->now_ns;
    link_active(server, c);
    ev_timer_stop(server->host.loop->ev, &server->await);
    await_arm(server);
    connection_begin(c);
}
