/* system.c: memory of the machine and of this process, as Linux tells it. */
#include "core/base/system.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static size_t least(size_t a, size_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* The beginning of a small file; false when there is none. */
static bool read_text(const char *path, char *text, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t   got = -1;

    if (fd >= 0) {
        got = read(fd, text, size - 1);
        close(fd);
    }
    text[got > 0 ? got : 0] = 0;
    return got > 0;
}

/* A number of bytes; "max", and what no machine has, is 0. */
static size_t limit_in(const char *path)
{
    char                     text[32];
    const unsigned long long bytes = read_text(path, text, sizeof text) ? strtoull(text, NULL, 10) : 0;

    return bytes < (1ull << 50) ? (size_t)bytes : 0;
}

/* The limit of a control group and of all above it. `path` is cut short on the way. */
static size_t group_limit(const char *root, char *path, const char *file)
{
    char   name[1200];
    size_t most = 0;

    for (;;) {
        char *slash = strrchr(path, '/');

        snprintf(name, sizeof name, "%s%s/%s", root, strcmp(path, "/") ? path : "", file);
        most = least(most, limit_in(name));
        if (!slash || !*path)
            return most;
        *slash = 0;
    }
}

static size_t group_memory(void)
{
    char   text[4096], path[1024];
    size_t most = 0;

    read_text("/proc/self/cgroup", text, sizeof text);
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        const char *second = strchr(line, ':'), *third = second ? strchr(second + 1, ':') : NULL;

        if (!third || snprintf(path, sizeof path, "%s", third + 1) >= (int)sizeof path)
            continue;
        if (third == second + 1)
            most = least(most, group_limit("/sys/fs/cgroup", path, "memory.max"));
        else if (!strncmp(second, ":memory:", 8))
            most = least(most, group_limit("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
    }
    return most;
}

size_t lm_system_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    return least(pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0, group_memory());
}

size_t lm_system_resident(size_t *of_files)
{
    if (of_files)
        *of_files = 0;
#ifdef SANITIZED
    return 0;
#else
    static atomic_int kept = -1; /* one descriptor, for good */
    const size_t      page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned long     whole, resident, mapped, code;
    char              text[128];
    int               fd = atomic_load(&kept), none = -1;
    ssize_t           got;

    if (fd < 0) {
        fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && !atomic_compare_exchange_strong(&kept, &none, fd)) {
            close(fd);
            fd = none;
        }
    }
    got = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = 0;
    if (sscanf(text, "%lu %lu %lu %lu", &whole, &resident, &mapped, &code) != 4 || mapped > resident)
        return 0;
    if (of_files)
        *of_files = (mapped + code) * page;
    return (resident - mapped) * page;
#endif
}
