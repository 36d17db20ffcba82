/* What is done: decided in one place, after each change, and told to whoever waits. */
#include <stdlib.h>

#include "server.h"

/* --- decisions --- */

/* How many connections must come; every-servers without a count need one. */
static uint32_t required(const evl_server *server) {
    const evl_server_config *config = &server->config;
    if (config->every)
        return config->required > 0 ? config->required : 1;
    if (server_is_live(server))
        return server->unclaimed != NULL || server->scripted > 0 ? 1 : 0;
    return config->program_count;
}

static bool all_came(const evl_server *server) {
    return server->scripted >= required(server);
}

static bool is_scripted(const evl_connection *c) {
    return c->script != NOBODY;
}

static bool any_active(const evl_server *server, bool also_idle, uint32_t up_to) {
    for (const evl_connection *c = server->first_active; c != NULL; c = c->next)
        if (is_scripted(c) && c->number <= up_to && (also_idle || !connection_is_idle(c)))
            return true;
    return false;
}

/* In a list the first failure ends what follows; with `every` the others go on. */
static bool is_given_up(const evl_server *server) {
    return server->failed && (!server->config.every || server->awaited != NOBODY);
}

static bool is_joined(const evl_server *server, uint32_t up_to) {
    return is_given_up(server) || (all_came(server) && !any_active(server, false, up_to));
}

static bool is_complete(const evl_server *server) {
    if (any_active(server, true, UINT32_MAX))
        return false;
    return is_given_up(server) || all_came(server);
}

/* --- a connection that is waited for --- */

static const evl_step *next_first_step(const evl_server *server) {
    const evl_server_config *config = &server->config;
    const evl_program *program = NULL;
    if (server_is_live(server))
        program = server->scripted == 0 ? server->unclaimed : NULL;
    else if (config->every)
        program = server->scripted == 0 ? server->programs[0] : NULL;
    else if (server->scripted < config->program_count)
        program = server->programs[server->scripted];
    return program != NULL && program->count > 0 ? &program->steps[0] : NULL;
}

static void await_until(evl_server *server, uint64_t due_ns) {
    uint64_t now = server->host.loop->now_ns;
    server->await_due_ns = due_ns;
    ev_timer_set(&server->await, due_ns > now ? (double)(due_ns - now) / 1e9 : 0, 0);
    ev_timer_start(server->host.loop->ev, &server->await);
}

/* Whether nobody can be called absent yet: the next one is not let in while another is served, or
 * the one that is served may be the very client that connects again afterwards. */
static bool is_served(const evl_server *server, bool written) {
    if (server->config.one_at_a_time && server->active > 0)
        return true;
    return !written && any_active(server, false, UINT32_MAX);
}

/* A written expectConnect has its limit from the moment it is current; an unwritten one only once
 * somebody waits (join, finish), for a server may stand ready long before its client starts. */
void await_arm(evl_server *server) {
    struct ev_loop *ev = server->host.loop->ev;
    if (all_came(server) || is_given_up(server))
        return;
    const evl_step *first = next_first_step(server);
    bool written = first != NULL && first->kind == EVL_STEP_EXPECT_CONNECT;
    if (!written && server->joins == NULL && !server->finish_asked)
        return;
    if (is_served(server, written)) {
        ev_timer_stop(ev, &server->await);
        return;
    }
    if (ev_is_active(&server->await))
        return;
    uint64_t limit =
        written && first->limit_ns != EVL_LIMIT_DEFAULT ? first->limit_ns : server->config.step_ns;
    if (limit == EVL_LIMIT_NONE)
        return;
    uint64_t since = written ? server->await_since_ns : server->host.loop->now_ns;
    server->awaited_ns = limit;
    server->await_extended = false;
    await_until(server, since + limit);
}

void await_fired(struct ev_loop *ev, ev_timer *watcher, int events) {
    (void)ev, (void)events;
    evl_server *server = (evl_server *)(void *)((char *)watcher - offsetof(evl_server, await));
    uint32_t before = server->scripted;
    accept_all(server); /* who has knocked in time must not be called absent */
    if (server->scripted == before && !all_came(server)) {
        uint64_t now = loop_stamp(server->host.loop);
        uint64_t late = now > server->await_due_ns ? now - server->await_due_ns : 0;
        if (!server->await_extended && late > server->awaited_ns / 10) {
            server->await_extended =
                true; /* as for limits of steps: a busy machine is no absence */
            await_until(server, now + late);
            return;
        }
        server->awaited = server->scripted;
        server->failed = true;
    }
    server_review(server);
}

/* --- telling --- */

void server_notify(evl_server *server, evl_notice_kind kind, uint64_t token) {
    evl_notice notice = {.kind = kind, .token = token, .server = server};
    server->notify(server->context, &notice);
}

static void answer_joins(evl_server *server) {
    pending_join **place = &server->joins;
    while (*place != NULL) {
        pending_join *join = *place;
        if (!server->finished && !is_joined(server, join->up_to)) {
            place = &join->next;
            continue;
        }
        *place = join->next;
        server_notify(server, EVL_NOTICE_JOINED, join->token);
        free(join);
    }
}

/* Ends what is left and lets the listener go; the port stays held if asked. */
void server_shut(evl_server *server, bool keep_port) {
    server->finished = true;
    evl_connection *c = server->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        connection_abort(c);
        c = next;
    }
    accept_watch(server);
    ev_timer_stop(server->host.loop->ev, &server->await);
    loop_alarm_cancel(server->host.loop, &server->retry);
    if (keep_port)
        server->reserved = socket_reserve(server->listener);
    else
        socket_close(server->listener);
    server->listener = -1;
}

static void finish(evl_server *server) {
    server_shut(server, true);
    answer_joins(server);
    server_notify(server, EVL_NOTICE_FINISHED, 0);
}

static void settle(evl_server *server) {
    if (server_is_live(server) || atomic_load(&server->settled))
        return;
    if (server_is_pool(server))
        return; /* another connection may come at any time */
    server_notify(server, EVL_NOTICE_SETTLED, 0);
    atomic_store_explicit(&server->settled, true, memory_order_release);
}

/* Looks what has become true. Never from within a connection's own call: see review_later. */
void server_review(evl_server *server) {
    if (server->finished)
        return;
    accept_watch(server);
    answer_joins(server);
    if (server->stopped) {
        finish(server);
        return;
    }
    if (!is_complete(server)) {
        await_arm(server);
        return;
    }
    if (!server->finish_asked) {
        settle(server);
        return;
    }
    uint32_t before = server->accepted;
    accept_all(server); /* whoever has connected before the end is part of the verdict */
    if (server->accepted == before || is_complete(server))
        finish(server);
}

void review_due(evl_deferred *deferred) {
    server_review((evl_server *)(void *)((char *)deferred - offsetof(evl_server, review)));
}
