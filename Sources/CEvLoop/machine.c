/* Linux: what each thread of this process has waited for a processor (schedstat), for clients in
 * it; and for others, the time in which any task of the machine waited (/proc/pressure/cpu), from
 * which follows what one task, or several that wait for each other in turn, waited at most.
 * https://docs.kernel.org/accounting/psi.html, proc(5). Elsewhere nobody tells. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECENT_NS 5000000u /* 5 ms */
#define COST_SHARE 50u     /* and so many times as long as it takes: 2 % of the loop's time */

static machine_sample *recent; /* loop thread only */

#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static bool read_text(int folder, const char *path, char *text, size_t capacity) {
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, capacity - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* "some avg10=5.73 avg60=36.01 avg300=55.43 total=18629525722": microseconds. */
static void take_pressure(machine_sample *sample) {
    char text[256];
    if (!read_text(AT_FDCWD, "/proc/pressure/cpu", text, sizeof text))
        return;
    const char *total = strstr(text, "total=");
    if (total == NULL || strncmp(text, "some", 4) != 0)
        return;
    sample->has_pressure = true;
    sample->pressure_ns = strtoull(total + strlen("total="), NULL, 10) * 1000u;
}

/* "cpu  4564752 235 1274439 3470477 13988 0 224656 2443 0 0": the eighth, in ticks. */
static uint64_t stolen(void) {
    char text[256];
    uint64_t ticks = 0;
    if (!read_text(AT_FDCWD, "/proc/stat", text, sizeof text) ||
        sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) != 1)
        return 0;
    long second = sysconf(_SC_CLK_TCK);
    return second > 0 ? ticks * (1000000000u / (uint64_t)second) : 0;
}

/* "run waited slices", in nanoseconds. False: there are too many. */
static bool take_thread(machine_sample *sample, int folder, const char *name) {
    char path[64], text[128];
    uint64_t waited = 0;
    if (sample->thread_count == MACHINE_THREADS)
        return false;
    snprintf(path, sizeof path, "%.20s/schedstat", name);
    if (!read_text(folder, path, text, sizeof text)) /* it has just ended */
        return true;
    if (sscanf(text, "%*u %" SCNu64, &waited) != 1)
        return false;
    sample->threads[sample->thread_count++] = (thread_wait){.id = atoi(name), .waited_ns = waited};
    return true;
}

static void take_threads(machine_sample *sample) {
    DIR *folder = opendir("/proc/self/task");
    if (folder == NULL)
        return;
    struct dirent *entry;
    bool all = true;
    while (all && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            all = take_thread(sample, dirfd(folder), entry->d_name);
    closedir(folder);
    if (!all)
        sample->thread_count = 0;
}

static void fill(machine_sample *sample) {
    struct timespec tick = {0};
    clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    if (tick.tv_nsec > 0)
        sample->tick_ns = (uint64_t)tick.tv_nsec;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors > 0)
        sample->processors = (uint32_t)processors;
    take_pressure(sample);
    sample->stolen_ns = stolen();
    take_threads(sample);
}
#else
static void fill(machine_sample *sample) {
    (void)sample;
}
#endif

/* --- samples --- */

/* This thread's own time: on a busy machine the other would make every sample look dear. */
static uint64_t worked(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

machine_sample *machine_now(uint64_t now_ns) {
    machine_sample *sample = malloc(sizeof *sample);
    if (sample == NULL)
        return NULL;
    sample->references = 1;
    sample->time_ns = now_ns;
    sample->has_pressure = false;
    sample->pressure_ns = sample->stolen_ns = 0;
    sample->thread_count = 0;
    sample->tick_ns = 10000000u;
    sample->processors = 1;
    uint64_t began = worked();
    fill(sample);
    sample->cost_ns = worked() - began;
    return sample;
}

machine_sample *machine_recent(uint64_t now_ns) {
    uint64_t age = recent == NULL ? UINT64_MAX : now_ns - recent->time_ns;
    if (age > RECENT_NS && (recent == NULL || age > COST_SHARE * recent->cost_ns)) {
        machine_release(recent);
        recent = machine_now(now_ns);
    }
    if (recent != NULL)
        recent->references++;
    return recent;
}

void machine_release(machine_sample *sample) {
    if (sample != NULL && --sample->references == 0)
        free(sample);
}

/* --- what they say --- */

/* A counter that could not be read again, or has gone back, tells of nothing. */
static uint64_t since(uint64_t before, uint64_t after) {
    return after > before ? after - before : 0;
}

static const thread_wait *find(const machine_sample *sample, int32_t id) {
    for (uint32_t i = 0; i < sample->thread_count; i++)
        if (sample->threads[i].id == id)
            return &sample->threads[i];
    return NULL;
}

/* All of them, for they may wait for each other. False: one has ended, and taken with it what it
 * had waited. */
static bool threads_waited(const machine_sample *before, const machine_sample *after,
                           uint64_t *waited) {
    *waited = 0;
    if (before->thread_count == 0 || after->thread_count == 0)
        return false;
    for (uint32_t i = 0; i < before->thread_count; i++)
        if (find(after, before->threads[i].id) == NULL)
            return false;
    for (uint32_t i = 0; i < after->thread_count; i++) {
        const thread_wait *was = find(before, after->threads[i].id);
        *waited += since(was == NULL ? 0 : was->waited_ns, after->threads[i].waited_ns);
    }
    return true;
}

static uint64_t square_root(uint64_t number) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit > 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= number)
            root |= bit;
    return root;
}

/* The kernel gives the mean of its processors, each weighted by how many whole ticks it was not
 * idle, and forgets what was less than one (kernel/sched/psi.c, collect_percpu_times). So a task
 * that waited for t on a processor that was busy for n ticks, while S were counted on all of them,
 * shows as t * n / S, where t is less than n + 1 ticks: whatever n was, t is no more than this. */
uint64_t machine_pressed(uint64_t pressure_ns, uint64_t window_ns, uint32_t processors,
                         uint64_t tick_ns) {
    const uint64_t longest = 100000000; /* 100 s, in microseconds: no product is too large */
    uint64_t pressure = pressure_ns / 1000 < longest ? pressure_ns / 1000 : longest;
    uint64_t window = window_ns / 1000 < longest ? window_ns / 1000 : longest;
    uint64_t count = processors < 1024 ? processors : 1024;
    uint64_t at_most = tick_ns + (square_root(pressure * count * window) + 1) * 1000;
    return at_most < window_ns ? at_most : window_ns;
}

uint64_t machine_waited(const machine_sample *before, const machine_sample *after, bool is_ours,
                        evl_witness *witness) {
    uint64_t threads = 0, waited = 0;
    *witness = EVL_WITNESS_NONE;
    if (before == NULL || after == NULL)
        return 0;
    if (before->has_pressure && after->has_pressure) {
        *witness = EVL_WITNESS_PRESSURE;
        waited = machine_pressed(since(before->pressure_ns, after->pressure_ns),
                                 since(before->time_ns, after->time_ns), after->processors,
                                 after->tick_ns);
    }
    /* Not counted is what keeps a thread from being called ready: the kernel's own work on the way
     * of a segment, and a wake-up that another processor has yet to hear of. */
    if (is_ours && threads_waited(before, after, &threads) &&
        (*witness == EVL_WITNESS_NONE || threads + after->tick_ns < waited)) {
        *witness = EVL_WITNESS_THREADS;
        waited = threads + after->tick_ns;
    }
    return waited + since(before->stolen_ns, after->stolen_ns);
}
