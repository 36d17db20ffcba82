/* Turns: work for the loop's next pass, which then does not wait. Who is on the watch for something
 * that comes within microseconds and tells nobody looks again so; not for long, see its users. */
#include "loop.h"

static void unlink_turn(evl_turn *turn) {
    *turn->link = turn->next;
    if (turn->next != NULL)
        turn->next->link = turn->link;
    turn->link = NULL;
}

static void link_turn(evl_turn **first, evl_turn *turn) {
    turn->next = *first;
    turn->link = first;
    if (turn->next != NULL)
        turn->next->link = &turn->next;
    *first = turn;
}

/* Those that were set meanwhile wait for the pass after this one. */
static void run_turns(struct ev_loop *ev, ev_idle *watcher, int events) {
    (void)events;
    evl_loop *loop = ev_userdata(ev);
    evl_turn *due = loop->first_turn;
    loop->first_turn = NULL;
    if (due != NULL)
        due->link = &due;
    while (due != NULL) {
        evl_turn *turn = due;
        unlink_turn(turn);
        turn->run(turn);
    }
    if (loop->first_turn == NULL)
        ev_idle_stop(ev, watcher);
}

void loop_turns_init(evl_loop *loop) {
    ev_idle_init(&loop->turns, run_turns);
    /* Idle watchers are called when nothing of their own priority is pending: here, always. */
    ev_set_priority(&loop->turns, EV_MAXPRI);
}

void loop_turn_set(evl_loop *loop, evl_turn *turn) {
    if (turn_is_set(turn))
        return;
    link_turn(&loop->first_turn, turn);
    ev_idle_start(loop->ev, &loop->turns);
}

void loop_turn_cancel(evl_turn *turn) {
    if (turn_is_set(turn))
        unlink_turn(turn);
}
