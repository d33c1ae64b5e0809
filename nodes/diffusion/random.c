/* random.c: the Mersenne Twister and the two normal transforms of PyTorch's CPU generator. */
#include "nodes/diffusion/random.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ the twister */

/* Source: Matsumoto and Nishimura 1998, MT19937, seeded by Knuth's multiplier. */
void lm_random_seed(lm_random *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->word[0] = (uint32_t)seed;
    for (uint32_t i = 1; i < LM_MT_WORDS; i++)
        r->word[i] = 1812433253u * (r->word[i - 1] ^ r->word[i - 1] >> 30) + i;
    r->next = LM_MT_WORDS;
}

static void stir(lm_random *r)
{
    enum { AHEAD = 397 };

    for (int i = 0; i < LM_MT_WORDS; i++) {
        const uint32_t after = r->word[(i + 1) % LM_MT_WORDS];
        const uint32_t mixed = (r->word[i] & 0x80000000u) | (after & 0x7fffffffu);

        r->word[i] = r->word[(i + AHEAD) % LM_MT_WORDS] ^ mixed >> 1 ^ (after & 1 ? 0x9908b0dfu : 0);
    }
    r->next = 0;
}

static uint32_t draw(lm_random *r)
{
    uint32_t x;

    if (r->next == LM_MT_WORDS)
        stir(r);
    x = r->word[r->next++];
    x ^= x >> 11;
    x ^= x << 7 & 0x9d2c5680u;
    x ^= x << 15 & 0xefc60000u;
    return x ^ x >> 18;
}

/* [0, 1) in steps of 2^-24, from one draw. */
static float uniform(lm_random *r)
{
    return (float)(draw(r) & 0xffffff) * 0x1p-24f;
}

/* [0, 1) in steps of 2^-53, from two. */
static double uniform_double(lm_random *r)
{
    const uint64_t high = draw(r);
    const uint64_t both = high << 32 | draw(r);

    return (double)(both & 0x1fffffffffffff) * 0x1p-53;
}

/* ------------------------------------------------------------------ logarithm, sine and cosine */

/* The natural logarithm of x in (0, 1].  Source: Cephes logf, with its products fused into the sums that
 * follow as PyTorch's compiler fuses them: which ones decides the last bit. */
static float log_cephes(float x)
{
    static const float p[] = { 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                               -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                               2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f };
    int   exponent;
    float m = frexpf(x, &exponent), e, z, y = p[0]; /* x = m · 2^exponent, m in [1/2, 1) */

    if (m < 0.707106781186547524f) {
        exponent--;
        m = m - 1.0f + m;
    } else {
        m = m - 1.0f;
    }
    e = (float)exponent;
    z = m * m;
    for (int i = 1; i < 9; i++)
        y = fmaf(y, m, p[i]);
    y = fmaf(y * m, z, e * -2.12194440e-4f);
    y = fmaf(z, -0.5f, y);
    return fmaf(e, 0.693359375f, m + y);
}

/* Sine and cosine of x in [0, 2π].  Source: Cephes sinf and cosf, fused likewise. */
static void sincos_cephes(float x, float *sine, float *cosine)
{
    const int   octant = ((int)(x * 1.27323954473516f) + 1) & ~1; /* 4/π; the even one beside x */
    const float y = (float)octant;
    float       z, c = 2.443315711809948e-005f, s = -1.9515295891e-4f;

    x = fmaf(y, -0.78515625f, x); /* π/4 in three parts */
    x = fmaf(y, -2.4187564849853515625e-4f, x);
    x = fmaf(y, -3.77489497744594108e-8f, x);
    z = x * x;

    c = fmaf(c, z, -1.388731625493765e-003f);
    c = fmaf(c, z, 4.166664568298827e-002f);
    c = fmaf(c * z, z, -(z * 0.5f)) + 1.0f;
    s = fmaf(s, z, 8.3321608736e-3f);
    s = fmaf(s, z, -1.6666654611e-1f);
    s = fmaf(s * z, x, x);

    *sine = octant & 2 ? c : s;
    *cosine = octant & 2 ? s : c;
    *sine = octant & 4 ? -*sine : *sine;
    *cosine = (octant + 2) & 4 ? -*cosine : *cosine;
}

/* ------------------------------------------------------------------ normals */

/* Sixteen uniforms become sixteen normals, 0..7 with 8..15.  Source: Box and Muller 1958. */
static void transform(float *at)
{
    for (int j = 0; j < 8; j++) {
        const float radius = sqrtf(-2.0f * log_cephes(1.0f - at[j]));
        float       s, c;

        sincos_cephes(6.283185307179586f * at[j + 8], &s, &c);
        at[j] = radius * c + 0.0f; /* adding the mean: -0 becomes +0 */
        at[j + 8] = radius * s + 0.0f;
    }
}

static void draw_sixteen(lm_random *r, float *out)
{
    for (int i = 0; i < 16; i++)
        out[i] = uniform(r);
    transform(out);
}

/* All uniforms first, then sixteen at a time; a rest is covered by drawing the last sixteen anew. */
static void many(lm_random *r, float *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = uniform(r);
    for (int64_t i = 0; i + 16 <= n; i += 16)
        transform(out + i);
    if (n % 16)
        draw_sixteen(r, out + n - 16);
}

/* One value in double; every other one is the spare of the one before. */
static float one(lm_random *r)
{
    double radius, theta;

    if (r->has_spare) {
        r->has_spare = false;
        return (float)r->spare;
    }
    theta = 2.0 * 3.14159265358979323846 * uniform_double(r);
    radius = sqrt(-2.0 * log1p(-uniform_double(r)));
    r->spare = radius * sin(theta);
    r->has_spare = true;
    return (float)(radius * cos(theta));
}

void lm_random_normals(lm_random *r, float *out, int64_t n)
{
    if (n >= 16) {
        many(r, out, n);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = one(r);
}
