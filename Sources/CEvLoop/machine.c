/* Linux: the time in which any task waited for a processor (/proc/pressure/cpu), which is never
 * less than what one task, or several that wait for each other in turn, had to wait; and what each
 * thread of this process has waited (schedstat), which says more when others keep the machine busy.
 * https://docs.kernel.org/accounting/psi.html, proc(5). Elsewhere nobody tells. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define RECENT_NS 5000000u /* 5 ms */

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

/* "cpu  4564752 235 1274439 3470477 13988 0 224656 2443 0 0": the eighth, in ticks. Where none has
 * ever been stolen none will be: then it is not asked again, for the answer is long. */
static uint64_t stolen(void) {
    static bool is_told = true; /* loop thread only */
    char text[256];
    uint64_t ticks = 0;
    if (!is_told || !read_text(AT_FDCWD, "/proc/stat", text, sizeof text))
        return 0;
    is_told = sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) == 1 && ticks > 0;
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

machine_sample *machine_now(uint64_t now_ns) {
    machine_sample *sample = malloc(sizeof *sample);
    if (sample == NULL)
        return NULL;
    sample->references = 1;
    sample->time_ns = now_ns;
    sample->has_pressure = false;
    sample->pressure_ns = sample->stolen_ns = 0;
    sample->thread_count = 0;
    fill(sample);
    return sample;
}

machine_sample *machine_recent(uint64_t now_ns) {
    if (recent == NULL || now_ns - recent->time_ns > RECENT_NS) {
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
        *waited += after->threads[i].waited_ns - (was == NULL ? 0 : was->waited_ns);
    }
    return true;
}

uint64_t machine_waited(const machine_sample *before, const machine_sample *after, bool is_ours,
                        evl_witness *witness) {
    uint64_t threads = 0, waited = 0;
    *witness = EVL_WITNESS_NONE;
    if (before == NULL || after == NULL)
        return 0;
    if (before->has_pressure && after->has_pressure) {
        *witness = EVL_WITNESS_PRESSURE;
        waited = after->pressure_ns - before->pressure_ns;
    }
    if (is_ours && threads_waited(before, after, &threads) &&
        (*witness == EVL_WITNESS_NONE || threads < waited)) {
        *witness = EVL_WITNESS_THREADS;
        waited = threads;
    }
    return waited + (after->stolen_ns - before->stolen_ns);
}
