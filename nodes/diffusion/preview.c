/* preview.c: latents as small pictures. */
#include "nodes/diffusion/preview.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/ops.h"

/* Source: the coefficients that ComfyUI publishes for this latent space. */
const float lm_latent_rgb_sd1[4][3] = { { 0.3512f, 0.2297f, 0.3227f },
                                        { 0.3250f, 0.4974f, 0.2350f },
                                        { -0.2829f, 0.1762f, 0.2721f },
                                        { -0.2120f, -0.2616f, -0.7177f } };

/* How many of at most `room` numbers there are; -1 when something else is among them. */
static int read_numbers(const char *text, float *out, int room)
{
    for (int n = 0;; n++) {
        char *end;

        text += strspn(text, " ,\t\n");
        if (!*text)
            return n;
        if (n == room)
            return -1;
        out[n] = strtof(text, &end);
        if (end == text)
            return -1;
        text = end;
    }
}

bool lm_latent_rgb_parse(const char *text, int channels, float (*rgb)[3], float bias[3])
{
    enum { MOST = 64 };
    float     read[(MOST + 1) * 3] = { 0 };
    const int n = channels <= MOST ? read_numbers(text, read, (channels + 1) * 3) : -1;

    if (n != channels * 3 && n != (channels + 1) * 3)
        return false;
    memcpy(rgb, read, (size_t)channels * sizeof *rgb);
    memcpy(bias, read + channels * 3, 3 * sizeof *bias);
    return true;
}

/* -1..1 to a byte, the fraction dropped. */
static uint8_t byte_of(float v)
{
    const float at = (v + 1.0f) / 2.0f;

    return (uint8_t)((at > 0.0f ? at < 1.0f ? at : 1.0f : 0.0f) * 255.0f);
}

static void paint(uint8_t *out, const float *cell, int64_t channels, const float (*rgb)[3],
                  const float *bias)
{
    for (int k = 0; k < 3; k++) {
        float v = bias ? bias[k] : 0.0f;

        for (int64_t c = 0; c < channels; c++)
            v += cell[c] * rgb[c][k];
        out[k] = byte_of(v);
    }
}

void lm_preview_send(lm_pass *p, const lm_tensor *x0, const float (*rgb)[3], const float *bias)
{
    const lm_run_env *env = lm_call_env(p->call);
    lm_scope          sc;
    const float      *cells;
    uint8_t          *pixels;
    int64_t           h, w, channels;

    if (!rgb || !env->previews || !env->listener.hear || !x0 || !lm_pass_live(p))
        return;
    sc = lm_scope_open(p);
    h = lm_dim(x0, 1), w = lm_dim(x0, 2), channels = lm_dim(x0, 3);
    cells = lm_host_view(p, lm_slice(p, x0, 0, 0, 1));
    pixels = lm_scope_bytes(p, (size_t)(h * w * 3));
    for (int64_t i = 0; cells && pixels && i < h * w; i++)
        paint(pixels + 3 * i, cells + i * channels, channels, rgb, bias);
    if (cells && pixels)
        lm_call_tell(p->call, (lm_event){ .kind = LM_EV_PREVIEW, .rgb = pixels, .width = (int)w,
                                          .height = (int)h });
    lm_scope_close(&sc);
}
