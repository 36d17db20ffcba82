/* What is done: decided in one place, after each change, and told to whoever waits. */
#include <stdlib.h>

#include "endpoint.h"

/* --- decisions --- */

/* How many connections must come; every-servers without a count need one. */
uint32_t endpoint_required(const evl_endpoint *endpoint) {
    const evl_endpoint_config *config = &endpoint->config;
    if (config->every)
        return config->required > 0 ? config->required : 1;
    if (endpoint_is_live(endpoint)) /* one that dials needs no reason to */
        return config->dials || endpoint->unclaimed != NULL || endpoint->scripted > 0 ? 1 : 0;
    return config->program_count;
}

static bool all_came(const evl_endpoint *endpoint) {
    return endpoint->scripted >= endpoint_required(endpoint);
}

/* Whether a connection up to this one still has steps to play. */
static bool any_busy(const evl_endpoint *endpoint, uint32_t up_to) {
    if (endpoint->busy == 0 || up_to == UINT32_MAX)
        return endpoint->busy > 0;
    for (const evl_connection *c = endpoint->first_active; c != NULL; c = c->next)
        if (c->script != NOBODY && c->number <= up_to && !c->idle)
            return true;
    return false;
}

/* In a list the first failure ends what follows; with `every` the others go on. */
bool endpoint_is_given_up(const evl_endpoint *endpoint) {
    return endpoint->failed && (!endpoint->config.every || endpoint->awaited != NOBODY ||
                                endpoint->unreached != NOBODY);
}

static bool is_joined(const evl_endpoint *endpoint, uint32_t up_to) {
    return endpoint_is_given_up(endpoint) || (all_came(endpoint) && !any_busy(endpoint, up_to));
}

static bool is_complete(const evl_endpoint *endpoint) {
    if (endpoint->served > 0)
        return false;
    return endpoint_is_given_up(endpoint) || all_came(endpoint);
}

/* --- a connection that is waited for --- */

static const evl_step *next_first_step(const evl_endpoint *endpoint) {
    const evl_endpoint_config *config = &endpoint->config;
    const evl_program *program = NULL;
    if (endpoint_is_live(endpoint))
        program = endpoint->scripted == 0 ? endpoint->unclaimed : NULL;
    else if (config->every)
        program = endpoint->scripted == 0 ? endpoint->programs[0] : NULL;
    else if (endpoint->scripted < config->program_count)
        program = endpoint->programs[endpoint->scripted];
    return program != NULL && program->count > 0 ? &program->steps[0] : NULL;
}

static void await_until(evl_endpoint *endpoint, uint64_t due_ns) {
    uint64_t now = endpoint->host.loop->now_ns;
    endpoint->await_due_ns = due_ns;
    ev_timer_set(&endpoint->await, due_ns > now ? (double)(due_ns - now) / 1e9 : 0, 0);
    ev_timer_start(endpoint->host.loop->ev, &endpoint->await);
}

/* Whether nobody can be called absent yet: the next one is not let in while another is served, or
 * the one that is served may be the very client that connects again afterwards, or who has knocked
 * is kept waiting, or a fault turns away whoever comes. */
static bool is_served(const evl_endpoint *endpoint, bool written) {
    if (door_is_shut(endpoint) || knocks_wait(endpoint))
        return true;
    if (endpoint->config.one_at_a_time && endpoint->active > 0)
        return true;
    return !written && any_busy(endpoint, UINT32_MAX);
}

/* A written expectConnect has its limit from the moment it is current; an unwritten one only once
 * somebody waits (join, finish), for a server may stand ready long before its client starts. */
void await_arm(evl_endpoint *endpoint) {
    struct ev_loop *ev = endpoint->host.loop->ev;
    if (endpoint->config.dials || all_came(endpoint) || endpoint_is_given_up(endpoint))
        return;
    const evl_step *first = next_first_step(endpoint);
    bool written = first != NULL && first->kind == EVL_STEP_EXPECT_CONNECT;
    if (!written && endpoint->joins == NULL && !endpoint->finish_asked)
        return;
    if (is_served(endpoint, written)) {
        ev_timer_stop(ev, &endpoint->await);
        return;
    }
    if (ev_is_active(&endpoint->await))
        return;
    uint64_t limit = written && first->limit_ns != EVL_LIMIT_DEFAULT ? first->limit_ns
                                                                     : endpoint->config.step_ns;
    if (limit == EVL_LIMIT_NONE)
        return;
    uint64_t since = written ? endpoint->await_since_ns : endpoint->host.loop->now_ns;
    endpoint->awaited_ns = limit;
    endpoint->await_extended = false;
    await_until(endpoint, since + limit);
}

void await_fired(struct ev_loop *ev, ev_timer *watcher, int events) {
    (void)ev, (void)events;
    evl_endpoint *endpoint =
        (evl_endpoint *)(void *)((char *)watcher - offsetof(evl_endpoint, await));
    uint32_t before = endpoint->scripted;
    accept_all(endpoint); /* who has knocked in time must not be called absent */
    if (endpoint->scripted == before && !all_came(endpoint) && !knocks_wait(endpoint)) {
        uint64_t now = loop_stamp(endpoint->host.loop);
        uint64_t late = now > endpoint->await_due_ns ? now - endpoint->await_due_ns : 0;
        if (!endpoint->await_extended && late > endpoint->awaited_ns / 10) {
            endpoint->await_extended =
                true; /* as for limits of steps: a busy machine is no absence */
            await_until(endpoint, now + late);
            return;
        }
        endpoint->awaited = endpoint->scripted;
        endpoint->awaited_fault = endpoint->fault;
        endpoint->failed = true;
    }
    endpoint_review(endpoint);
}

/* --- telling --- */

void endpoint_notify(evl_endpoint *endpoint, evl_notice_kind kind, uint64_t token) {
    evl_notice notice = {.kind = kind, .token = token, .endpoint = endpoint};
    endpoint->notify(endpoint->context, &notice);
}

static void answer_joins(evl_endpoint *endpoint) {
    pending_join **place = &endpoint->joins;
    while (*place != NULL) {
        pending_join *join = *place;
        if (!endpoint->finished && !is_joined(endpoint, join->up_to)) {
            place = &join->next;
            continue;
        }
        *place = join->next;
        endpoint_notify(endpoint, EVL_NOTICE_JOINED, join->token);
        free(join);
    }
}

/* Ends what is left and lets the listener go; the port stays held if asked. */
void endpoint_shut(evl_endpoint *endpoint, bool keep_port) {
    endpoint->finished = true;
    evl_connection *c = endpoint->first_active;
    while (c != NULL) {
        evl_connection *next = c->next;
        connection_abort(c);
        c = next;
    }
    accept_watch(endpoint);
    dial_drop_all(endpoint);
    ev_timer_stop(endpoint->host.loop->ev, &endpoint->await);
    loop_alarm_cancel(endpoint->host.loop, &endpoint->retry);
    door_close(endpoint, keep_port);
}

static void finish(evl_endpoint *endpoint) {
    endpoint_shut(endpoint, true);
    answer_joins(endpoint);
    endpoint_notify(endpoint, EVL_NOTICE_FINISHED, 0);
}

static void settle(evl_endpoint *endpoint) {
    if (endpoint_is_live(endpoint) || atomic_load(&endpoint->settled))
        return;
    if (endpoint_is_pool(endpoint))
        return; /* another connection may come at any time */
    if (endpoint->active > 0)
        return; /* those no script is for: the end ends them, and says so */
    endpoint_notify(endpoint, EVL_NOTICE_SETTLED, 0);
    atomic_store_explicit(&endpoint->settled, true, memory_order_release);
}

/* Who has not come by the end cannot come any more when a fault turns away whoever comes. */
static void give_up_on_nobody(evl_endpoint *endpoint) {
    if (!door_is_shut(endpoint) || !endpoint->finish_asked || all_came(endpoint) ||
        endpoint_is_given_up(endpoint) || endpoint->served > 0)
        return;
    endpoint->awaited = endpoint->scripted;
    endpoint->awaited_ns = 0;
    endpoint->awaited_fault = endpoint->fault;
    endpoint->failed = true;
}

/* Looks what has become true. Never from within a connection's own call: see review_later. */
void endpoint_review(evl_endpoint *endpoint) {
    if (endpoint->finished)
        return;
    accept_watch(endpoint);
    observe_failure(endpoint);
    dial_more(endpoint);
    answer_joins(endpoint);
    if (endpoint->stopped) {
        finish(endpoint);
        return;
    }
    give_up_on_nobody(endpoint);
    if (!is_complete(endpoint)) {
        await_arm(endpoint);
        return;
    }
    if (!endpoint->finish_asked) {
        settle(endpoint);
        return;
    }
    knocks_heed(endpoint);
    if (endpoint->last_admissions > 0 && knocks_wait(endpoint))
        return; /* it is served yet, when its time comes */
    uint32_t before = endpoint->accepted;
    knocks_release(endpoint);
    accept_queue(endpoint); /* whoever has connected before the end is part of the verdict */
    if (endpoint->accepted == before || is_complete(endpoint))
        finish(endpoint);
}

void review_due(evl_deferred *deferred) {
    endpoint_review((evl_endpoint *)(void *)((char *)deferred - offsetof(evl_endpoint, review)));
}
