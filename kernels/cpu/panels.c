/* panels.c: packing of weights. */
#include "kernels/cpu/panels.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/data/memory.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/tile.h"

static void panels_free(void *data, size_t bytes)
{
    lm_cpu_panels *w = data;

    (void)bytes;
    lm_device_free(w->device, w->at, w->bytes);
    lm_free(w);
}

struct packing {
    lm_cpu_panels *to;
    const char    *from; /* [O][C][taps] */
    lm_dtype       dtype;
};

/* The row of w that column `column` of a panel holds, or -1 behind the last. */
static int64_t output_at(const lm_cpu_panels *to, int64_t panel, int64_t column)
{
    const int64_t half = to->columns / 2, n = to->outputs / 2;
    int64_t       o = panel * to->columns + column;

    if (!to->gated)
        return o < to->outputs ? o : -1;
    o = panel * half + column % half;
    return o >= n ? -1 : column < half ? o : n + o;
}

/* Numbers of 2 or 4 bytes: n of them, `step` apart, into a row. */
static void pick(void *row, const void *from, size_t size, int64_t step, int64_t n)
{
    const uint16_t *in2 = from;
    const uint32_t *in4 = from;

    if (step == 1)
        memcpy(row, from, (size_t)n * size);
    else if (size == 2)
        for (int64_t i = 0; i < n; i++)
            ((uint16_t *)row)[i] = in2[i * step];
    else
        for (int64_t i = 0; i < n; i++)
            ((uint32_t *)row)[i] = in4[i * step];
}

/* Rows [column][LM_DEPTH] of 2 or 4 bytes to [n][columns]. */
static void turn(void *out, const void *rows, size_t size, int64_t columns, int64_t n)
{
    if (size == 2)
        for (int64_t k = 0; k < n; k++)
            for (int64_t c = 0; c < columns; c++)
                ((uint16_t *)out)[k * columns + c] = ((const uint16_t *)rows)[c * LM_DEPTH + k];
    else
        for (int64_t k = 0; k < n; k++)
            for (int64_t c = 0; c < columns; c++)
                ((uint32_t *)out)[k * columns + c] = ((const uint32_t *)rows)[c * LM_DEPTH + k];
}

enum { MOST_COLUMNS = 64 };

/* Channels [c0, c0 + n) of one tap, from rows of w to rows of a panel; in pairs, a pair is turned as one
 * number of 4 bytes, so the rows are half as long. */
static void pack_block(const struct packing *a, int64_t panel, int64_t c0, int64_t tap, int64_t n, char *out)
{
    const lm_cpu_panels *to = a->to;
    const size_t         size = lm_dtype_size(a->dtype);
    _Alignas(64) char    rows[MOST_COLUMNS * LM_DEPTH * 4];

    for (int64_t column = 0; column < to->columns; column++) {
        const int64_t o = output_at(to, panel, column);
        const char   *from = a->from + ((o * to->channels + c0) * to->taps + tap) * (int64_t)size;
        uint32_t      taken[LM_DEPTH] = { 0 };
        char         *row = rows + column * LM_DEPTH * (to->pairs ? 4 : (int64_t)size); /* a pair is 4 */

        if (o >= 0)
            pick(taken, from, size, to->taps, n);
        if (to->pairs)
            lm_cpu_pairs_now()->gather((uint16_t *)(void *)row, &(const void *){ taken }, 1, a->dtype, 0, n);
        else
            memcpy(row, taken, (size_t)n * size);
    }
    turn(out, rows, to->pairs ? 4 : size, to->columns, to->pairs ? (n + 1) / 2 : n);
}

static void pack_panel(void *self, int64_t panel, int thread)
{
    const struct packing *a = self;
    const lm_cpu_panels  *to = a->to;
    const int64_t         size = (int64_t)lm_dtype_size(to->dtype);
    char                 *out = (char *)to->at + panel * to->depth * to->columns * size;

    (void)thread;
    for (int64_t c0 = 0; c0 < to->channels; c0 += LM_DEPTH) {
        const int64_t n = to->channels - c0 < LM_DEPTH ? to->channels - c0 : LM_DEPTH;

        for (int64_t tap = 0; tap < to->taps; tap++) {
            pack_block(a, panel, c0, tap, n, out);
            out += (to->pairs ? n + n % 2 : n) * to->columns * size;
        }
    }
}

static bool build(const lm_tensor *w, void *self, lm_pack *pack)
{
    const lm_cpu_packing how = *(const lm_cpu_packing *)self;
    lm_cpu_panels       *to = lm_alloc(sizeof *to);
    struct packing       a = { to, w->data, w->dtype };

    to->gated = how == LM_CPU_GATED || how == LM_CPU_GATED_PAIRS;
    to->pairs = how == LM_CPU_PAIRS || how == LM_CPU_GATED_PAIRS;
    to->dtype = to->pairs ? LM_BF16 : w->dtype;
    to->outputs = lm_dim(w, 0);
    to->channels = lm_dim(w, 1);
    to->taps = lm_count(w) / (to->outputs * to->channels);
    to->depth = (to->pairs ? to->channels + to->channels % 2 : to->channels) * to->taps;
    to->columns = lm_cpu_tiles_now()->columns;
    to->panels = (to->outputs + to->columns - 1) / to->columns;
    if (to->gated)
        to->panels = (to->outputs / 2 + to->columns / 2 - 1) / (to->columns / 2);
    to->bytes = (size_t)(to->panels * to->columns * to->depth) * lm_dtype_size(to->dtype);
    to->device = w->device;
    to->at = lm_device_alloc(w->device, to->bytes);
    if (!to->at) {
        lm_free(to);
        return false;
    }
    lm_cpu_each(NULL, to->panels, pack_panel, &a);
    *pack = (lm_pack){ .kind = pack->kind, .data = to, .bytes = to->bytes, .free = panels_free };
    return true;
}

const lm_cpu_panels *lm_cpu_panels_of(lm_pass *p, const lm_tensor *w, lm_cpu_packing how)
{
    static const char kinds[LM_CPU_GATED_PAIRS + 1];
    const lm_pack    *found = lm_tensor_pack(w, p->serial, &kinds[how], true, build, &how);
    char              words[LM_MEMORY_WORDS];

    if (!found)
        lm_pass_fail(p, MEMORY, "no memory to pack %s: %s", w->name ? w->name : "a weight",
                     lm_memory_words(w->device, lm_bytes(w) * (w->mapped ? 2 : 1), words)); /* and its pages */
    return found ? found->data : NULL;
}
