/* panels.c: packing of weights. */
#include "kernels/cpu/panels.h"

#include <string.h>

#include "core/base/alloc.h"
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
};

/* The row of w that column `column` of a panel holds, or -1 behind the last. */
static int64_t output_at(const struct packing *a, int64_t panel, int64_t column)
{
    const int64_t half = a->to->columns / 2, n = a->to->outputs / 2;
    int64_t       o = panel * a->to->columns + column;

    if (!a->to->gated)
        return o < a->to->outputs ? o : -1;
    o = panel * half + column % half;
    return o >= n ? -1 : column < half ? o : n + o;
}

/* One panel for numbers of `size` bytes: reads rows of w along their length, writes columns. */
#define PACK(type)                                                                             \
    static void pack_##type(const struct packing *a, int64_t panel)                            \
    {                                                                                          \
        const lm_cpu_panels *to = a->to;                                                       \
        const int64_t        taps = to->taps, channels = to->channels, depth = channels * taps; \
                                                                                               \
        for (int64_t column = 0; column < to->columns; column++) {                             \
            const int64_t o = output_at(a, panel, column);                                     \
            const type   *in = (const type *)(const void *)a->from + o * depth;                \
            type         *out = (type *)to->at + panel * depth * to->columns + column;         \
                                                                                               \
            for (int64_t c0 = 0; c0 < channels; c0 += LM_DEPTH) {                              \
                const int64_t n = channels - c0 < LM_DEPTH ? channels - c0 : LM_DEPTH;         \
                                                                                               \
                for (int64_t t = 0; t < taps; t++)                                             \
                    for (int64_t c = 0; c < n; c++, out += to->columns)                        \
                        *out = o < 0 ? 0 : in[(c0 + c) * taps + t];                            \
            }                                                                                  \
        }                                                                                      \
    }
PACK(uint16_t)
PACK(uint32_t)

static void pack_panel(void *self, int64_t panel, int thread)
{
    const struct packing *a = self;

    (void)thread;
    if (lm_dtype_size(a->to->dtype) == 2)
        pack_uint16_t(a, panel);
    else
        pack_uint32_t(a, panel);
}

static bool build(const lm_tensor *w, bool gated, lm_pack *pack)
{
    lm_cpu_panels *to = lm_alloc(sizeof *to);
    struct packing a = { to, w->data };

    to->dtype = w->dtype;
    to->gated = gated;
    to->outputs = lm_dim(w, 0);
    to->channels = lm_dim(w, 1);
    to->taps = lm_count(w) / (to->outputs * to->channels);
    to->columns = lm_cpu_tiles_now()->columns;
    to->panels = (to->outputs + to->columns - 1) / to->columns;
    if (gated)
        to->panels = (to->outputs / 2 + to->columns / 2 - 1) / (to->columns / 2);
    to->bytes = (size_t)(to->panels * to->columns * to->channels * to->taps) * lm_dtype_size(w->dtype);
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

static bool build_plain(const lm_tensor *w, void *self, lm_pack *pack)
{
    (void)self;
    return build(w, false, pack);
}

static bool build_gated(const lm_tensor *w, void *self, lm_pack *pack)
{
    (void)self;
    return build(w, true, pack);
}

static const lm_cpu_panels *panels(lm_pass *p, const lm_tensor *w, const void *kind,
                                   bool (*make)(const lm_tensor *, void *, lm_pack *))
{
    const lm_pack *found = lm_tensor_pack(w, kind, true, make, NULL);

    if (!found)
        lm_pass_fail(p, MEMORY, "no memory to pack %s (%zu bytes)", w->name ? w->name : "a weight",
                     lm_bytes(w));
    return found ? found->data : NULL;
}

const lm_cpu_panels *lm_cpu_panels_of(lm_pass *p, const lm_tensor *w)
{
    static const char kind;

    return panels(p, w, &kind, build_plain);
}

const lm_cpu_panels *lm_cpu_panels_gated(lm_pass *p, const lm_tensor *w)
{
    static const char kind;

    return panels(p, w, &kind, build_gated);
}
