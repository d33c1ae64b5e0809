/* source.c: the bytes of a picture file, from a descriptor or from memory. */
#include "nodes/picture/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool lm_source_file(lm_source *s, int fd, const char *label, const limn_call *call, limn_error *err)
{
    struct stat st;

    *s = (lm_source){ .fd = fd, .label = label, .call = call };
    if (fstat(fd, &st) || st.st_size < 0)
        return limn_fail(err, FILE, "%s cannot be read", label);
    s->size = (uint64_t)st.st_size;
    return true;
}

lm_source lm_source_memory(const void *bytes, size_t n, const char *label)
{
    return (lm_source){ .fd = -1, .memory = bytes, .size = n, .label = label };
}

/* As many of n bytes at `at` as there are. */
static size_t fetch(const lm_source *s, uint64_t at, uint8_t *to, size_t n)
{
    size_t  done = 0;
    ssize_t got;

    if (at >= s->size)
        return 0;
    if (n > s->size - at)
        n = (size_t)(s->size - at);
    if (s->fd < 0) {
        memcpy(to, s->memory + at, n);
        return n;
    }
    while (done < n) {
        got = pread(s->fd, to + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

size_t lm_source_read(lm_source *s, void *to, size_t n)
{
    const size_t got = fetch(s, s->at, to, n);

    s->at += got;
    return got;
}

bool lm_source_peek(const lm_source *s, uint64_t at, void *to, size_t n)
{
    return fetch(s, at, to, n) == n;
}

bool lm_source_stopped(const lm_source *s)
{
    return lm_call_stopped(s->call);
}

bool lm_source_cancel(limn_error *err)
{
    return limn_fail(err, CANCELLED, "stopped");
}
