/* random.h: normal random numbers, bit for bit the ones PyTorch draws on a CPU (torch.randn, float32).
 *
 *     lm_random r;
 *     lm_random_seed(&r, 42);
 *     lm_random_normals(&r, noise, 16384);  // 0x1.ed4a52p+0, 0x1.7cbea6p+0, …
 *
 * Calls continue one stream, as draws from one torch.Generator do. The bits are those of PyTorch's builds
 * for AVX2 and AVX-512, which differ from libm's in the last place; they come out the same on every
 * machine, because each operation below is one that IEEE 754 rounds exactly, fused ones included. */
#ifndef LM_DIFFUSION_RANDOM_H
#define LM_DIFFUSION_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

enum { LM_MT_WORDS = 624 };

/* A Mersenne Twister, and the second value of a pair that a short draw left over. */
typedef struct lm_random {
    uint32_t word[LM_MT_WORDS];
    int      next;       /* the word to hand out; LM_MT_WORDS: stir first */
    bool     has_spare;
    double   spare;
} lm_random;

/* Only the low 32 bits of `seed` count, as in PyTorch. */
void lm_random_seed(lm_random *r, uint64_t seed);

/* One draw of n values with mean 0 and deviation 1. n of 16 and more, and fewer, take different ways, so
 * one draw of 32 differs from two of 8 and one of 16. */
void lm_random_normals(lm_random *r, float *out, int64_t n);

#endif
