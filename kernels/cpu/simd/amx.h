/* amx.h: the instructions on tile registers, of 16 rows of 64 bytes each.
 *
 * LM_TILE_MULTIPLY(to, a, b): to[16][16] f32 += a[16][32] bf16 · b[16 pairs][16] of two bf16 (TDPBF16PS). A
 * function that uses them is marked LM_AMX, opens the tiles first and closes them at its end: a thread that
 * holds tiles is slower to switch away from. Strides are bytes from row to row.
 *
 * With LM_AMX_EMULATED they are plain loops, for the tests of machines without AMX.
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, vol. 1, chapter 18. */
#ifndef LM_KERNELS_CPU_SIMD_AMX_H
#define LM_KERNELS_CPU_SIMD_AMX_H

#include "core/data/dtype.h"
#include "kernels/cpu/simd/vec.h"

#if defined(LM_AMX_EMULATED)
#define LM_AMX

static _Thread_local uint8_t lm_emulated[8][16][64];

LM_INLINE void lm_emulated_load(int t, const void *at, int64_t stride)
{
    for (int i = 0; i < 16; i++)
        memcpy(lm_emulated[t][i], (const char *)at + i * stride, 64);
}

LM_INLINE void lm_emulated_store(int t, void *at, int64_t stride)
{
    for (int i = 0; i < 16; i++)
        memcpy((char *)at + i * stride, lm_emulated[t][i], 64);
}

static inline __attribute__((unused)) void lm_emulated_multiply(int to, int a, int b)
{
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < 32; k++)
            for (int c = 0; c < 16; c++) {
                uint16_t x, w;
                float    sum;

                memcpy(&x, &lm_emulated[a][i][k * 2], 2);
                memcpy(&w, &lm_emulated[b][k / 2][c * 4 + k % 2 * 2], 2);
                memcpy(&sum, &lm_emulated[to][i][c * 4], 4);
                sum += lm_bf16_to_f32(x) * lm_bf16_to_f32(w);
                memcpy(&lm_emulated[to][i][c * 4], &sum, 4);
            }
}

#define LM_TILES_OPEN() ((void)0)
#define LM_TILES_CLOSE() ((void)0)
#define LM_TILE_ZERO(t) memset(lm_emulated[t], 0, sizeof lm_emulated[t])
#define LM_TILE_LOAD(t, at, stride) lm_emulated_load(t, at, stride)
#define LM_TILE_STORE(t, at, stride) lm_emulated_store(t, at, stride)
#define LM_TILE_MULTIPLY(to, a, b) lm_emulated_multiply(to, a, b)
#else
#define LM_AMX __attribute__((target("amx-tile,amx-bf16")))

/* Palette 1: eight tiles, all of 16 rows of 64 bytes. */
static const __attribute__((unused)) struct {
    uint8_t  palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t  rows[16];
} lm_tile_config = { .palette = 1, .bytes = { 64, 64, 64, 64, 64, 64, 64, 64 },
                     .rows = { 16, 16, 16, 16, 16, 16, 16, 16 } };

#define LM_TILES_OPEN() _tile_loadconfig(&lm_tile_config)
#define LM_TILES_CLOSE() _tile_release()
#define LM_TILE_ZERO(t) _tile_zero(t)
#define LM_TILE_LOAD(t, at, stride) _tile_loadd(t, at, stride)
#define LM_TILE_STORE(t, at, stride) _tile_stored(t, at, stride)
#define LM_TILE_MULTIPLY(to, a, b) _tile_dpbf16ps(to, a, b)
#endif

#endif
