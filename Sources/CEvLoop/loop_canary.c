/* The canary: a short alarm that rings again and again while somebody measures a client. By as much
 * as it is late, the loop was: it was busy, or the machine did not let it run, and what was done to
 * this thread may have been done to the client's. */
#include "loop.h"

#define TICK_NS 5000000u /* 5 ms */
#ifdef __linux__
#define USUAL_NS 300000u /* 0.3 ms: a timer's own inaccuracy and a wake-up */
#else
#define USUAL_NS 2000000u /* 2 ms: alarms are libev's timers there */
#endif

static evl_loop *loop_of(evl_alarm *alarm) {
    return (evl_loop *)(void *)((char *)alarm - offsetof(evl_loop, canary.alarm));
}

static uint64_t late_now(const evl_canary *canary, uint64_t now_ns) {
    return now_ns > canary->due_ns + USUAL_NS ? now_ns - canary->due_ns : 0;
}

static void tick(evl_loop *loop, uint64_t now_ns) {
    loop->canary.due_ns = now_ns + TICK_NS;
    loop_alarm_set(loop, &loop->canary.alarm, loop->canary.due_ns);
}

static void ring(evl_alarm *alarm) {
    evl_loop *loop = loop_of(alarm);
    uint64_t now = loop_stamp(loop);
    loop->canary.late_ns += late_now(&loop->canary, now);
    tick(loop, now);
}

void loop_canary_join(evl_loop *loop) {
    if (loop->canary.watchers++ > 0)
        return;
    loop->canary.alarm.ring = ring;
    tick(loop, loop_stamp(loop));
}

void loop_canary_leave(evl_loop *loop) {
    if (--loop->canary.watchers == 0)
        loop_alarm_cancel(loop, &loop->canary.alarm);
}

uint64_t loop_canary_late(const evl_loop *loop, uint64_t now_ns) {
    return loop->canary.late_ns + late_now(&loop->canary, now_ns);
}
