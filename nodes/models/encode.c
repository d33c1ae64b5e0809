/* encode.c: from a prompt to the tokens that the denoiser listens to.  Source of the weighing, of what is
 * pooled and of the layers: ComfyUI's SD 1.x text encoding. */
#include <string.h>

#include "core/base/log.h"
#include "kernels/ops.h"
#include "nodes/models/clip_parts.h"
#include "nodes/models/inversion.h"
#include "nodes/models/tap.h"

enum { CHUNKS_AT_ONCE = 16 };

/* One piece of work: some chunks of a prompt. */
struct work {
    const lm_clip   *clip;
    const lm_chunks *prompt;
    size_t           first, chunks; /* of the prompt */
    int              upto;          /* the layer that is listened to; 1 is the first */
    lm_tensor       *last;          /* becomes what the last layer answers */
};

/* ------------------------------------------------------------------ rows that go in */

/* The vector of place t, or NULL when it is a token. Vectors of another width are left out. */
static const float *vector_of(const struct work *w, const lm_token *t, bool *left_out)
{
    int64_t      width;
    const float *v = t->id < 0 ? lm_chunks_vector(w->prompt, t->vector, &width) : NULL;

    *left_out = v && width != lm_clip_width(w->clip);
    if (*left_out)
        lm_log(LM_LOG_WARN, "an embedding %d wide is left out: the text encoder is %d wide", (int)width,
               (int)lm_clip_width(w->clip));
    return v;
}

/* The ids of a chunk and, where there is a vector, its numbers. What is left out is made up for by end
 * tokens behind. True when there is any vector. */
static bool line_up(const struct work *w, const lm_token *chunk, int32_t *ids, const float **vectors)
{
    bool any = false, left_out;
    int  n = 0;

    for (int i = 0; i < LM_CHUNK; i++) {
        ids[i] = LM_TOKEN_END;
        vectors[i] = NULL;
    }
    for (int i = 0; i < LM_CHUNK; i++) {
        const float *v = vector_of(w, &chunk[i], &left_out);

        if (left_out)
            continue;
        ids[n] = v ? LM_TOKEN_END : chunk[i].id;
        vectors[n++] = v;
        any = any || v;
    }
    return any;
}

/* Token rows with the vectors written over them; [n, C]. */
static lm_tensor *with_vectors(lm_pass *p, const lm_tensor *rows, const float **vectors)
{
    const int64_t n = rows ? lm_dim(rows, 0) : 0, width = rows ? lm_dim(rows, 1) : 0;
    const float  *from = lm_host_view(p, rows);
    float        *host = lm_host_floats(p, n * width);

    if (!from || !host)
        return NULL;
    memcpy(host, from, (size_t)(n * width) * sizeof *host);
    for (int64_t i = 0; i < n; i++)
        if (vectors[i])
            memcpy(host + i * width, vectors[i], (size_t)width * sizeof *host);
    return lm_from_host(p, LM_SHAPE(n, width), host);
}

/* The rows of all chunks of w, [chunks · 77, C]. */
static lm_tensor *rows_of(lm_pass *p, const struct work *w)
{
    lm_scope      s = lm_scope_open(p);
    const int64_t n = (int64_t)w->chunks * LM_CHUNK;
    int32_t      *ids = lm_scope_bytes(p, (size_t)n * sizeof *ids);
    const float **vectors = lm_scope_bytes(p, (size_t)n * sizeof *vectors);
    lm_tensor    *rows = NULL;
    bool          any = false;

    for (size_t i = 0; ids && vectors && i < w->chunks; i++)
        any |= line_up(w, w->prompt->at + (w->first + i) * LM_CHUNK, ids + i * LM_CHUNK,
                       vectors + i * LM_CHUNK);
    if (ids && vectors)
        rows = lm_clip_embed(p, w->clip, ids, n);
    return lm_scope_keep(&s, any ? with_vectors(p, rows, vectors) : rows);
}

/* ------------------------------------------------------------------ through the tower */

/* What layer `upto` of some chunks answers, normed, [chunks, 77, C]; w->last: the last layer's. */
static lm_tensor *encode(lm_pass *p, void *self)
{
    struct work *w = self;
    const int    layers = lm_clip_layers(w->clip);
    lm_tensor   *x = lm_clip_start(p, w->clip, rows_of(p, w));
    lm_tensor   *z;

    x = lm_clip_run(p, w->clip, x, 0, w->upto);
    z = lm_clip_norm(p, w->clip, x);
    w->last = w->upto < layers ? lm_clip_norm(p, w->clip, lm_clip_run(p, w->clip, x, w->upto, layers)) : z;
    lm_seen(p, z, "text_model.final_layer_norm");
    return z;
}

/* All chunks of a prompt, [chunks, 77, C]. `last` (may be NULL) becomes the last layer's first ones. */
static lm_tensor *encode_all(lm_pass *p, struct work w, lm_tensor **last)
{
    const size_t chunks = w.prompt->n / LM_CHUNK;
    lm_tensor   *z = NULL, *part;

    for (w.first = 0; w.first < chunks && lm_pass_live(p); w.first += w.chunks) {
        w.chunks = chunks - w.first < CHUNKS_AT_ONCE ? chunks - w.first : CHUNKS_AT_ONCE;
        part = lm_checked(p, encode(p, &w), "the text encoder", encode, &w);
        z = z ? lm_concat(p, z, part, 0) : part;
        if (last && !w.first)
            *last = w.last;
    }
    return z;
}

/* ------------------------------------------------------------------ weights */

/* z + (z - empty)·(weight - 1), so that a neutral token stays as it is.  z [chunks, 77, C]. */
static lm_tensor *weigh(lm_pass *p, const struct work *w, lm_tensor *z)
{
    const int64_t chunks = (int64_t)(w->prompt->n / LM_CHUNK);
    float        *more = lm_host_floats(p, chunks * LM_CHUNK);
    lm_chunks     nothing;
    lm_tensor    *empty;

    if (!more)
        return NULL;
    for (size_t i = 0; i < w->prompt->n; i++)
        more[i] = (float)(w->prompt->at[i].weight - 1.0);
    lm_chunks_read(&nothing, "", NULL, NULL);
    empty = encode_all(p, (struct work){ .clip = w->clip, .prompt = &nothing, .upto = w->upto }, NULL);
    lm_chunks_done(&nothing);

    z = lm_add(p, z, lm_mul(p, lm_sub(p, z, empty),
                            lm_from_host(p, LM_SHAPE(chunks, LM_CHUNK, 1), more)));
    return z && lm_want_finite(p, z, "the weighted prompt") ? z : NULL;
}

/* ------------------------------------------------------------------ the prompt */

/* Which token of the first chunk is pooled: the first end token, further on by each vector behind it. */
static int64_t pooled_at(const lm_chunks *prompt)
{
    int64_t at = -1;
    bool    ended = false;

    for (int i = 0; i < LM_CHUNK; i++) {
        at += !ended || prompt->at[i].id < 0;
        ended = ended || prompt->at[i].id == LM_TOKEN_END;
    }
    return at;
}

static lm_tensor *pool(lm_pass *p, const lm_chunks *prompt, const lm_tensor *last)
{
    if (!last)
        return NULL;
    last = lm_slice(p, lm_slice(p, last, 0, 0, 1), 1, pooled_at(prompt), 1);
    return last ? lm_reshape(p, last, LM_SHAPE(1, lm_dim(last, 2))) : NULL;
}

static int layer_of(const lm_clip *c, int stop_at)
{
    const int layers = lm_clip_layers(c);

    return stop_at < 0 && stop_at >= -layers ? layers + stop_at + 1 : layers;
}

lm_tensor *lm_clip_encode(lm_pass *p, const lm_clip *c, const char *text, int stop_at, lm_tensor **pooled)
{
    lm_folders *folders = lm_call_env(p->call)->folders;
    lm_chunks   prompt;
    struct work w = { .clip = c, .prompt = &prompt, .upto = layer_of(c, stop_at) };
    lm_tensor  *z, *last = NULL;

    lm_chunks_read(&prompt, text, folders ? lm_inversion_find : NULL, folders);
    z = encode_all(p, w, &last);
    if (pooled)
        *pooled = pool(p, &prompt, last);
    if (prompt.weighted)
        z = weigh(p, &w, z);
    if (z)
        z = lm_reshape(p, z, LM_SHAPE(1, (int64_t)prompt.n, lm_clip_width(c)));
    lm_chunks_done(&prompt);
    return z;
}
