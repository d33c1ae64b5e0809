/* wire.c: frames between the server and its workers. */
#include "web/work/wire.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"

/* ------------------------------------------------------------------ the table */

typedef struct row {
    const char   *name;
    lm_wire_way   way;
    lm_wire_whose whose;
    uint32_t      most;
    uint8_t       numbers, texts;
} row;

static const row rows[] = {
#define LM_WIRE_TYPE(name, number, way, whose, most, numbers, texts) \
    [number] = { #name, way, whose, most, numbers, texts },
    LM_WIRE_TYPES(LM_WIRE_TYPE)
#undef LM_WIRE_TYPE
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const row *row_of(unsigned type)
{
    return type < N_ROWS && rows[type].name ? &rows[type] : NULL;
}

const char *lm_wire_name(lm_wire_type type)
{
    const row *r = row_of((unsigned)type);

    return r ? r->name : "(none)";
}

lm_wire_text lm_wire_say(const char *text)
{
    return (lm_wire_text){ text ? text : "", text ? strlen(text) : 0 };
}

/* Whose it is, judged by its numbers. */
static bool fits_whose(const row *r, uint64_t job, uint64_t epoch)
{
    if (job > INT64_MAX || epoch > INT64_MAX)
        return false;
    return (job != 0) == (r->whose != LM_WIRE_NOBODYS) && (epoch != 0) == (r->whose == LM_WIRE_JOBS);
}

/* ------------------------------------------------------------------ numbers in bytes */

static uint64_t get(const uint8_t *at, int bytes)
{
    uint64_t x = 0;

    for (int i = 0; i < bytes; i++)
        x |= (uint64_t)at[i] << 8 * i;
    return x;
}

static uint8_t *put(uint8_t *at, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (uint8_t)(x >> 8 * i);
    return at;
}

/* ------------------------------------------------------------------ writing */

static bool may_go(const row *r, const lm_wire *m, uint64_t size, limn_error *err)
{
    if (!r || !fits_whose(r, (uint64_t)m->job, (uint64_t)m->epoch))
        return limn_fail(err, BUG, "a frame of type %d for job %" PRId64 ", epoch %" PRId64, (int)m->type, m->job,
                         m->epoch);
    if (size > r->most)
        return limn_fail(err, BUG, "%s of %" PRIu64 " bytes: at most %" PRIu32 " may go over the wire", r->name, size,
                         r->most);
    for (int i = 0; i < r->numbers; i++)
        if (m->numbers[i] < 0)
            return limn_fail(err, BUG, "%s with a number below 0", r->name);
    return true;
}

char *lm_wire_write(const lm_wire *m, size_t *size, limn_error *err)
{
    const row *r = row_of((unsigned)m->type);
    uint64_t   payload = r ? 8u * r->numbers : 0;
    uint8_t   *frame, *at;

    for (int i = 0; r && i < r->texts; i++)
        payload += 4 + (uint64_t)m->texts[i].size;
    if (!may_go(r, m, payload, err))
        return NULL;
    frame = at = lm_try_alloc(LM_WIRE_HEAD + payload);
    if (!frame) {
        limn_fail(err, MEMORY, "no memory for a frame of %" PRIu64 " bytes", payload);
        return NULL;
    }
    at = put(at, payload, 4);
    at = put(at, (uint64_t)m->type, 4);
    at = put(put(at, (uint64_t)m->job, 8), (uint64_t)m->epoch, 8);
    for (int i = 0; i < r->numbers; i++)
        at = put(at, (uint64_t)m->numbers[i], 8);
    for (int i = 0; i < r->texts; i++) {
        at = put(at, m->texts[i].size, 4);
        if (m->texts[i].size)
            memcpy(at, m->texts[i].at, m->texts[i].size);
        at += m->texts[i].size;
    }
    *size = LM_WIRE_HEAD + (size_t)payload;
    return (char *)frame;
}

lm_wire lm_wire_hello(const char *device, const char *arithmetic)
{
    return (lm_wire){ .type = LM_WIRE_HELLO, .numbers = { LM_WIRE_VERSION, getpid() },
                      .texts = { lm_wire_say(LIMN_VERSION), lm_wire_say(device), lm_wire_say(arithmetic) } };
}

/* ------------------------------------------------------------------ reading */

static bool broken(lm_wire_reader *r, limn_error *err, const char *name, const char *what)
{
    r->broken = true;
    return limn_fail(err, FILE, "the other side breaks the protocol: %s %s", name, what);
}

/* The head is there: is it one, and is there room for what follows? A NUL will stand behind every text: the last one's
 * needs a byte more, and those of the others take the place of the size that was read. */
static bool begin(lm_wire_reader *r, limn_error *err)
{
    const uint64_t size = get(r->head, 4), type = get(r->head + 4, 4);
    const row     *w = row_of(type > 255 ? 255 : (unsigned)type);

    if (!w || !(w->way & r->way))
        return broken(r, err, "a frame", w ? "that goes the other way" : "of no known type");
    if (size > w->most || size < 8u * w->numbers + 4u * w->texts)
        return broken(r, err, w->name, "of an impossible size");
    if (!fits_whose(w, get(r->head + 8, 8), get(r->head + 16, 8)))
        return broken(r, err, w->name, "for no possible job");
    if (!r->greeted && type != LM_WIRE_HELLO)
        return broken(r, err, w->name, "before HELLO");
    if (r->greeted && type == LM_WIRE_HELLO)
        return broken(r, err, w->name, "a second time");
    r->size = (size_t)size;
    r->got = 0;
    r->memory = lm_try_alloc(r->size + 1);
    if (!r->memory)
        r->broken = true;
    return r->memory || limn_fail(err, MEMORY, "no memory for a frame of %zu bytes", r->size);
}

static bool take_numbers(lm_wire_reader *r, const row *w, lm_wire *out, limn_error *err)
{
    for (int i = 0; i < w->numbers; i++) {
        const uint64_t x = get((const uint8_t *)r->memory + 8 * i, 8);

        if (x > INT64_MAX)
            return broken(r, err, w->name, "with a number that is none");
        out->numbers[i] = (int64_t)x;
    }
    return true;
}

/* Each text is settled before the NUL behind it takes the first byte of the next one's size. */
static bool take_texts(lm_wire_reader *r, const row *w, lm_wire *out, limn_error *err)
{
    size_t at = 8u * w->numbers;

    for (int i = 0; i < w->texts; i++) {
        size_t size;

        if (r->size - at < 4)
            return broken(r, err, w->name, "that is cut off");
        size = (size_t)get((const uint8_t *)r->memory + at, 4);
        r->memory[at] = '\0';
        at += 4;
        if (size > r->size - at)
            return broken(r, err, w->name, "with a text that is longer than its frame");
        out->texts[i] = (lm_wire_text){ r->memory + at, size };
        at += size;
    }
    r->memory[r->size] = '\0';
    return at == r->size || broken(r, err, w->name, "with bytes behind its end");
}

static bool same_version(lm_wire_reader *r, const lm_wire *m, limn_error *err)
{
    if (m->numbers[0] == LM_WIRE_VERSION)
        return true;
    r->broken = true;
    return limn_fail(err, FILE, "the other side speaks version %" PRId64 " of the protocol (limn %.40s), this one %d",
                     m->numbers[0], m->texts[0].at, LM_WIRE_VERSION);
}

static bool finish(lm_wire_reader *r, lm_wire *out, limn_error *err)
{
    const lm_wire_type type = (lm_wire_type)r->head[4];
    const row         *w = row_of(type);

    r->n_head = 0;
    out->job = (int64_t)get(r->head + 8, 8);
    out->epoch = (int64_t)get(r->head + 16, 8);
    if (!take_numbers(r, w, out, err) || !take_texts(r, w, out, err) ||
        (type == LM_WIRE_HELLO && !same_version(r, out, err)))
        return false;
    r->greeted = true;
    out->type = type;
    return true;
}

static void take(void *to, size_t have, size_t want, const char **at, size_t *n, size_t *moved)
{
    const size_t k = *n < want - have ? *n : want - have;

    if (k)
        memcpy((char *)to + have, *at, k);
    *at += k;
    *n -= k;
    *moved = have + k;
}

bool lm_wire_read(lm_wire_reader *r, const char **at, size_t *n, lm_wire *out, limn_error *err)
{
    *out = (lm_wire){ 0 };
    if (r->broken)
        return limn_fail(err, FILE, "the stream is broken");
    if (r->n_head < LM_WIRE_HEAD) {
        lm_free(r->memory);
        r->memory = NULL;
        take(r->head, r->n_head, LM_WIRE_HEAD, at, n, &r->n_head);
        if (r->n_head < LM_WIRE_HEAD)
            return true;
        if (!begin(r, err))
            return false;
    }
    take(r->memory, r->got, r->size, at, n, &r->got);
    return r->got < r->size || finish(r, out, err);
}

void lm_wire_keep(lm_wire_reader *r, lm_wire *m)
{
    m->memory = r->memory;
    r->memory = NULL;
}

void lm_wire_done(lm_wire *m)
{
    lm_free(m->memory);
    *m = (lm_wire){ 0 };
}

void lm_wire_reader_done(lm_wire_reader *r)
{
    lm_free(r->memory);
    *r = (lm_wire_reader){ .broken = true };
}
