/* vae.c: reads an autoencoder of Stable Diffusion 1.x, of any width: how many levels and blocks there are
 * follows from the names, how wide they are from the shapes. */
#include "nodes/models/vae.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "nodes/models/vae_parts.h"

/* Letters of the shapes: I and O what a residual block takes and gives, C the width where we are, Z the
 * latent's channels, P the picture's (3). */

#define ROW(field, name, shape) LM_ROW(lm_vae_res, field, name, shape)
static const lm_row res_rows[] = {
    ROW(norm1_g, "norm1.weight", "I"),
    ROW(norm1_b, "norm1.bias", "I"),
    ROW(conv1_w, "conv1.weight", "O I 3 3"),
    ROW(conv1_b, "conv1.bias", "O"),
    ROW(norm2_g, "norm2.weight", "O"),
    ROW(norm2_b, "norm2.bias", "O"),
    ROW(conv2_w, "conv2.weight", "O O 3 3"),
    ROW(conv2_b, "conv2.bias", "O"),
    LM_ROWS_END
};
static const lm_row skip_rows[] = {
    ROW(skip_w, "nin_shortcut.weight", "O I"),
    ROW(skip_b, "nin_shortcut.bias", "O"),
    LM_ROWS_END
};
#undef ROW

#define ROW(field, name, shape) LM_ROW(lm_vae_attention, field, name, shape)
static const lm_row attention_rows[] = {
    ROW(norm_g, "norm.weight", "C"),
    ROW(norm_b, "norm.bias", "C"),
    ROW(q_w, "q.weight", "C C"),
    ROW(q_b, "q.bias", "C"),
    ROW(k_w, "k.weight", "C C"),
    ROW(k_b, "k.bias", "C"),
    ROW(v_w, "v.weight", "C C"),
    ROW(v_b, "v.bias", "C"),
    ROW(out_w, "proj_out.weight", "C C"),
    ROW(out_b, "proj_out.bias", "C"),
    LM_ROWS_END
};
#undef ROW

static const lm_row down_rows[] = {
    LM_ROW(lm_vae_level, w, "downsample.conv.weight", "C C 3 3"),
    LM_ROW(lm_vae_level, b, "downsample.conv.bias", "C"),
    LM_ROWS_END
};
static const lm_row up_rows[] = {
    LM_ROW(lm_vae_level, w, "upsample.conv.weight", "C C 3 3"),
    LM_ROW(lm_vae_level, b, "upsample.conv.bias", "C"),
    LM_ROWS_END
};

#define ROW(field, name, shape) LM_ROW(lm_vae_side, field, name, shape)
static const lm_row encoder_in[] = { ROW(in_w, "encoder.conv_in.weight", "C P 3 3"),
                                     ROW(in_b, "encoder.conv_in.bias", "C"), LM_ROWS_END };
static const lm_row encoder_out[] = {
    ROW(norm_g, "encoder.norm_out.weight", "C"),
    ROW(norm_b, "encoder.norm_out.bias", "C"),
    ROW(out_w, "encoder.conv_out.weight", "2Z C 3 3"),
    ROW(out_b, "encoder.conv_out.bias", "2Z"),
    ROW(latent_w, "quant_conv.weight", "2Z 2Z"),
    ROW(latent_b, "quant_conv.bias", "2Z"),
    LM_ROWS_END
};
static const lm_row decoder_in[] = {
    ROW(latent_w, "post_quant_conv.weight", "Z Z"),
    ROW(latent_b, "post_quant_conv.bias", "Z"),
    ROW(in_w, "decoder.conv_in.weight", "C Z 3 3"),
    ROW(in_b, "decoder.conv_in.bias", "C"),
    LM_ROWS_END
};
static const lm_row decoder_out[] = {
    ROW(norm_g, "decoder.norm_out.weight", "C"),
    ROW(norm_b, "decoder.norm_out.bias", "C"),
    ROW(out_w, "decoder.conv_out.weight", "P C 3 3"),
    ROW(out_b, "decoder.conv_out.bias", "P"),
    LM_ROWS_END
};
#undef ROW

/* ------------------------------------------------------------------ parts */

static void read_res(lm_reader *r, lm_vae_res *b, const char *at)
{
    lm_reader_set(r, 'I', lm_reader_size(r, 'C'));
    lm_reader_set(r, 'O', 0);
    lm_read_rows(r, res_rows, b, "%s", at);
    if (lm_reader_size(r, 'I') != lm_reader_size(r, 'O') ||
        lm_reader_has(r, "%snin_shortcut.weight", at))
        lm_read_rows(r, skip_rows, b, "%s", at);
    if (!r->failed && (lm_reader_size(r, 'I') | lm_reader_size(r, 'O')) % LM_VAE_GROUPS)
        lm_reader_fail(r, "%s%s works on %" PRId64 " and %" PRId64 " channels, which %d groups cannot "
                       "share", r->prefix, at, lm_reader_size(r, 'I'), lm_reader_size(r, 'O'), LM_VAE_GROUPS);
    lm_reader_set(r, 'C', lm_reader_size(r, 'O'));
}

static void read_middle(lm_reader *r, lm_vae_side *s, const char *side)
{
    char at[64];

    snprintf(at, sizeof at, "%s.mid.block_1.", side);
    read_res(r, &s->middle1, at);
    lm_read_rows(r, attention_rows, &s->attention, "%s.mid.attn_1.", side);
    snprintf(at, sizeof at, "%s.mid.block_2.", side);
    read_res(r, &s->middle2, at);
}

/* <side>.<way>.<n>: residual blocks, and a change of size unless it is the last on the way. */
static void read_level(lm_reader *r, lm_vae_level *l, const char *at, const lm_row *turn)
{
    char name[64];

    while (l->n_blocks < LM_VAE_MOST && lm_reader_has(r, "%s.block.%d.norm1.weight", at, l->n_blocks))
        l->n_blocks++;
    for (int i = 0; i < l->n_blocks; i++) {
        snprintf(name, sizeof name, "%s.block.%d.", at, i);
        read_res(r, &l->block[i], name);
    }
    snprintf(name, sizeof name, "%s.", at);
    if (turn)
        lm_read_rows(r, turn, l, "%s", name);
}

static int count_levels(lm_reader *r, const char *side)
{
    const int n = lm_reader_count(r, side, ".block.0.norm1.weight");

    if (!r->failed && (n < 1 || n > LM_VAE_MOST))
        lm_reader_fail(r, "%s%s has %d levels; 1 to %d are understood", r->prefix, side, n, LM_VAE_MOST);
    return r->failed ? 0 : n;
}

static void read_encoder(lm_reader *r, lm_vae_side *s)
{
    char at[64];

    s->conv = LM_CONV_3x3;
    lm_reader_set(r, 'C', 0);
    lm_read_rows(r, encoder_in, s, "%s", "");
    s->n_levels = count_levels(r, "encoder.down.");
    for (int i = 0; i < s->n_levels; i++) {
        snprintf(at, sizeof at, "encoder.down.%d", i);
        read_level(r, &s->level[i], at, i + 1 < s->n_levels ? down_rows : NULL);
    }
    read_middle(r, s, "encoder");
    lm_read_rows(r, encoder_out, s, "%s", "");
}

/* The decoder's levels run from the smallest picture, the highest number, to the largest, 0. */
static void read_decoder(lm_reader *r, lm_vae_side *s)
{
    char at[64];

    s->conv = LM_CONV_3x3;
    s->conv.loose = true;
    lm_reader_set(r, 'C', 0);
    lm_read_rows(r, decoder_in, s, "%s", "");
    read_middle(r, s, "decoder");
    s->n_levels = count_levels(r, "decoder.up.");
    for (int i = s->n_levels - 1; i >= 0; i--) {
        snprintf(at, sizeof at, "decoder.up.%d", i);
        read_level(r, &s->level[i], at, i > 0 ? up_rows : NULL);
    }
    lm_read_rows(r, decoder_out, s, "%s", "");
}

/* ------------------------------------------------------------------ the autoencoder */

lm_vae *lm_vae_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err)
{
    lm_reader r = { .weights = w, .device = d, .prefix = prefix, .err = err };
    lm_vae   *v = lm_alloc(sizeof *v);

    atomic_init(&v->refs, 1);
    lm_reader_set(&r, 'P', 3);
    read_encoder(&r, &v->encoder);
    read_decoder(&r, &v->decoder);
    v->channels = lm_reader_size(&r, 'Z');
    if (!r.failed && v->encoder.n_levels != v->decoder.n_levels)
        lm_reader_fail(&r, "the encoder has %d levels and the decoder %d", v->encoder.n_levels,
                       v->decoder.n_levels);
    if (lm_reader_done(&r, &v->held))
        return v;
    lm_vae_unref(v);
    return NULL;
}

lm_vae *lm_vae_pixels(void)
{
    lm_vae *v = lm_alloc(sizeof *v);

    atomic_init(&v->refs, 1);
    v->channels = 3;
    return v;
}

lm_vae *lm_vae_ref(lm_vae *v)
{
    atomic_fetch_add(&v->refs, 1);
    return v;
}

void lm_vae_unref(lm_vae *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) > 1)
        return;
    lm_held_free(&v->held);
    lm_free(v);
}

int64_t lm_vae_channels(const lm_vae *v)
{
    return v->channels;
}

int64_t lm_vae_factor(const lm_vae *v)
{
    return v->decoder.n_levels ? INT64_C(1) << (v->decoder.n_levels - 1) : 1;
}

size_t lm_vae_bytes(const lm_vae *v)
{
    return lm_held_bytes(&v->held);
}
