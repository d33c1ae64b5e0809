/* fuzz_wire.c: any bytes as what the other side of the wall sends, behind a HELLO of ours three times of four. The first
 * byte says which side reads.
 *
 * Beyond not crashing: read whole, byte by byte and in sevens it comes to the same; every text of an accepted frame ends
 * in a NUL inside of it; and what is accepted, written again, is the bytes it came as. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "tests/fuzz/fuzz.h"
#include "web/work/wire.h"

/* What came of a stream. */
typedef struct story {
    lm_hash frames;
    int     n;
    bool    broken;
    char    why[384];
} story;

static void hear(story *s, const lm_wire *m)
{
    limn_error err = { 0 };
    size_t     size;
    char      *again = lm_wire_write(m, &size, &err);

    want(again, "what was accepted can be written");
    for (int i = 0; i < LM_WIRE_TEXTS; i++)
        want(!m->texts[i].at || !m->texts[i].at[m->texts[i].size], "a text ends in a NUL");
    s->frames = lm_hash_add(s->frames, again, size);
    s->n++;
    lm_free(again);
}

static story read_in(const char *data, size_t size, size_t piece, lm_wire_way way)
{
    lm_wire_reader r = { .way = way };
    story          s = { .frames = lm_hash_start() };
    limn_error     err = { 0 };
    size_t         whole = 0;
    lm_hash        raw = lm_hash_start();

    for (size_t from = 0; from < size && !s.broken; from += piece) {
        const char *at = data + from;
        size_t      n = size - from < piece ? size - from : piece;
        lm_wire     m;

        while (n && !s.broken) {
            s.broken = !lm_wire_read(&r, &at, &n, &m, &err);
            if (s.broken || !m.type)
                continue;
            hear(&s, &m);
            raw = lm_hash_add(raw, data + whole, (size_t)(at - data) - whole);
            whole = (size_t)(at - data);
            want(raw.a == s.frames.a && raw.b == s.frames.b, "written again it is the same bytes");
        }
    }
    want(!s.broken == (err.code == LIMN_OK) && (!s.broken || *err.text), "an answer is one or the other");
    memcpy(s.why, err.text, sizeof s.why);
    lm_wire_reader_done(&r);
    return s;
}

static void same(const story *a, const story *b)
{
    want(a->n == b->n && a->broken == b->broken && !strcmp(a->why, b->why) && a->frames.a == b->frames.a &&
         a->frames.b == b->frames.b, "pieces make no difference");
}

/* A frame may say that it is 64 MiB long; no input is, so it never ends, and its memory would be most of the time. */
static bool few(size_t bytes)
{
    (void)bytes;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const lm_wire     hello = lm_wire_hello("cpu", "f32");
    const uint8_t     first = size ? data[0] : 0;
    const lm_wire_way way = first & 1 ? LM_WIRE_TO_WORKER : LM_WIRE_TO_SERVER;
    limn_error        err = { 0 };
    size_t            greeting;
    char             *frame = lm_wire_write(&hello, &greeting, &err), *all;
    story             whole, sevens, bytes;

    lm_alloc_ask = few; /* from 1 MiB on */
    size -= size > 0;
    if (!(first & 6))
        greeting = 0;
    all = lm_alloc(greeting + size + 1);
    memcpy(all, frame, greeting);
    if (size)
        memcpy(all + greeting, data + 1, size);
    whole = read_in(all, greeting + size, SIZE_MAX / 2, way);
    sevens = read_in(all, greeting + size, 7, way);
    bytes = read_in(all, greeting + size, 1, way);
    same(&whole, &sevens);
    same(&whole, &bytes);
    lm_free(all);
    lm_free(frame);
    return 0;
}
