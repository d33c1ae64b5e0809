/* palette.c: the value type, and the plugin that it comes with. */
#include "palette.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the object */

static void let_go(void *object)
{
    free(object);
}

static size_t bytes(const void *object)
{
    (void)object;
    return sizeof(struct palette);
}

/* Equal palettes give equal numbers: a palette may be part of a cache key.  Source: FNV-1a. */
static uint64_t hash(const void *object)
{
    const struct palette *p = object;
    const unsigned char  *at = (const unsigned char *)p->rgb;
    uint64_t              h = 0xcbf29ce484222325u ^ (uint64_t)p->count;

    for (size_t i = 0; i < (size_t)p->count * sizeof *p->rgb; i++)
        h = (h ^ at[i]) * 0x100000001b3u;
    return h;
}

/* What PreviewAny shows. */
static void preview(const void *object, char *text, size_t size)
{
    const struct palette *p = object;

    snprintf(text, size, "%d colours", p->count);
}

const limn_object_kind palette_kind = { sizeof palette_kind, "org.limn.example.palette", let_go, bytes, hash,
                                        preview };

const struct palette *palette_of(limn_call *call, const limn_value *v)
{
    return call->host->get_object(v, "colours", &palette_kind);
}

limn_value *palette_value(limn_call *call, const struct palette *p)
{
    struct palette *mine = malloc(sizeof *mine);
    limn_value     *v;

    if (!mine)
        return NULL;
    memcpy(mine, p, sizeof *mine);
    v = call->host->value("PALETTE");
    call->host->set_object(v, "colours", mine, &palette_kind);
    return v;
}

/* ------------------------------------------------------------------ the plugin */

LIMN_PLUGIN(.id = "org.limn.example.palette", .name = "Palettes and loops", .version = "1.0",
            .doc = "A value type of its own, a switch that runs one branch, and a loop.",
            .nodes = (const limn_node *const[]){ &palette_from_image, &palette_from_text, &palette_apply,
                                                 &palette_names, &choose, &loop_open, &loop_close, NULL });
