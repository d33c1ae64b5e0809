/* levels.h: a model's noise levels, one a training step, and the ways between a level and its place.
 *
 * Everything is rounded to float32 where the reference rounds it, so that a place half way between two
 * levels falls to the same side.  Source: ComfyUI's discrete model sampling. */
#ifndef LM_DIFFUSION_LEVELS_H
#define LM_DIFFUSION_LEVELS_H

#include <stdint.h>

/* sigmas[n], rising, and their logarithms; the arrays are someone else's. */
typedef struct lm_levels {
    const float *sigmas, *logs;
    int          n;
} lm_levels;

/* Fills sigmas[n] and logs[n] for betas whose square roots rise evenly from √first to √last. Stable
 * Diffusion 1.x: 0.00085, 0.012, 1000. */
void lm_levels_scaled_linear(double first, double last, int n, float *sigmas, float *logs);

/* The place of the level nearest to sigma, by logarithms: the timestep that the network is told. */
int lm_levels_place(const lm_levels *l, float sigma);

/* The level at a place, which may lie between two; places beyond the ends mean the ends. */
float lm_levels_sigma(const lm_levels *l, float place);

/* The level where a share 0..1 of the walk from noise to picture is done. 0 and less: above all levels; 1
 * and more: 0. */
double lm_levels_of_percent(const lm_levels *l, double percent);

/* Functions of float32 numbers, computed in double and rounded once: PyTorch's own are so at least 97
 * times of 100 and one unit in the last place beside it otherwise, and libm's differ by machine. It shows
 * where a walk meets a place exactly half way between two levels: 27 of those 999 go to the other one, one
 * step's timestep by one in a walk of 55, 75, 109 or 149 `normal` steps, and in none below. */
float lm_exp32(float x);
float lm_log32(float x);
float lm_expm132(float x);
float lm_pow32(float x, float y);

#endif
