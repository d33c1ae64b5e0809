/* elementwise.c: what is done number by number. A tensor is cut into pieces that stay in the first-level
 * cache, also when they have to become f32 and back. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"

enum { PIECE = 2048 };

typedef struct job job;
struct job {
    const lm_cpu_elements *how;
    lm_tensor             *y;
    const lm_tensor       *x, *z; /* z may be NULL */
    int64_t                run;   /* y is runs of so many numbers, and no piece crosses their border */
    int64_t                pieces;/* of a run */
    bool                   z_again, z_one; /* every run begins z again; a run has one number of z */
    lm_unary               f;
    float                  a, b, lo, hi;
    void (*body)(const job *j, float *y, const float *x, const float *z, int64_t n);
    atomic_bool            broken;
};

static const char *number_at(const lm_tensor *t, int64_t i)
{
    return (const char *)t->data + i * (int64_t)lm_dtype_size(t->dtype);
}

/* Numbers [at, at + n) of t as f32: where they are, or in `room`. */
static const float *as_f32(const job *j, const lm_tensor *t, int64_t at, int64_t n, float *room)
{
    if (t->dtype == LM_F32)
        return (const float *)t->data + at;
    j->how->to_f32(room, number_at(t, at), t->dtype, n);
    return room;
}

static void piece(const job *j, int64_t i)
{
    const int64_t run = i / j->pieces, within = i % j->pieces * PIECE, at = run * j->run + within;
    const int64_t n = j->run - within < PIECE ? j->run - within : PIECE;
    const bool    direct = j->y->dtype == LM_F32;
    float         xs[PIECE], zs[PIECE], ys[PIECE];
    float        *y = direct ? (float *)j->y->data + at : ys;
    const float  *x = as_f32(j, j->x, at, n, xs), *z = NULL;

    if (j->z)
        z = as_f32(j, j->z, j->z_one ? run % lm_count(j->z) : j->z_again ? within : at, j->z_one ? 1 : n, zs);
    j->body(j, y, x, z, n);
    if (!direct)
        j->how->from_f32((char *)j->y->data + at * (int64_t)lm_dtype_size(j->y->dtype), j->y->dtype, y, n);
}

static void band(void *self, int64_t first, int64_t last, int thread)
{
    (void)thread;
    for (int64_t i = first; i < last; i++)
        piece(self, i);
}

/* `ns`: what a number costs. */
static bool run(lm_pass *p, job *j, double ns)
{
    j->how = lm_cpu_elements_now();
    j->run = j->run ? j->run : lm_count(j->y);
    j->pieces = (j->run + PIECE - 1) / PIECE;
    return lm_cpu_rows(p, lm_count(j->y) / j->run * j->pieces,
                       ns * (double)(j->run < PIECE ? j->run : PIECE) + 5.0, band, j);
}

/* ------------------------------------------------------------------ one operand */

static void unary_body(const job *j, float *y, const float *x, const float *z, int64_t n)
{
    (void)z;
    j->how->unary(y, x, n, j->f);
}

bool lm_cpu_unary(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_unary f)
{
    job j = { .y = y, .x = x, .f = f, .body = unary_body };

    return run(p, &j, 1.0);
}

static void clamp_body(const job *j, float *y, const float *x, const float *z, int64_t n)
{
    (void)z;
    j->how->clamp(y, x, j->a, j->b, j->lo, j->hi, n);
}

bool lm_cpu_clamp(lm_pass *p, lm_tensor *y, const lm_tensor *x, double a, double b, double lo, double hi)
{
    job j = { .y = y, .x = x, .a = (float)a, .b = (float)b, .lo = (float)lo, .hi = (float)hi,
              .body = clamp_body };

    return run(p, &j, 0.3);
}

static void cast_body(const job *j, float *y, const float *x, const float *z, int64_t n)
{
    (void)z;
    j->how->to_f32(y, x, LM_F32, n);
}

bool lm_cpu_cast(lm_pass *p, lm_tensor *y, const lm_tensor *x)
{
    job j = { .y = y, .x = x, .body = cast_body };

    return run(p, &j, 0.3);
}

/* ------------------------------------------------------------------ two operands */

/* How z spreads over y: like it, with batch 1, with a last axis of 1, or both. */
static void spread(job *j, const lm_tensor *z)
{
    const lm_tensor *y = j->y;
    const int64_t    last = lm_dim(y, -1);

    j->z = z;
    j->z_one = lm_dim(z, -1) != last;
    j->z_again = !j->z_one && lm_dim(z, 0) != lm_dim(y, 0);
    j->run = j->z_one ? last : j->z_again ? lm_count(z) : 0;
}

static void axpby_body(const job *j, float *y, const float *x, const float *z, int64_t n)
{
    if (!z || j->z_one)
        j->how->affine(y, j->a, x, z ? j->b * *z : j->b, n);
    else
        j->how->axpby(y, j->a, x, j->b, z, n);
}

bool lm_cpu_axpby(lm_pass *p, lm_tensor *y, double a, const lm_tensor *x, double b, const lm_tensor *z)
{
    job j = { .y = y, .x = x, .a = (float)a, .b = (float)b, .body = axpby_body };

    if (z)
        spread(&j, z);
    return run(p, &j, 0.4);
}

static void mul_body(const job *j, float *y, const float *x, const float *m, int64_t n)
{
    if (j->z_one)
        j->how->affine(y, *m, x, 0.0f, n);
    else
        j->how->mul(y, x, m, n);
}

bool lm_cpu_mul(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *m)
{
    job j = { .y = y, .x = x, .body = mul_body };

    spread(&j, m);
    return run(p, &j, 0.4);
}

/* ------------------------------------------------------------------ finite */

static void finite_band(void *self, int64_t first, int64_t last, int thread)
{
    job          *j = self;
    const int64_t at = first * PIECE, end = last * PIECE < lm_count(j->x) ? last * PIECE : lm_count(j->x);

    (void)thread;
    if (!j->how->finite(number_at(j->x, at), j->x->dtype, end - at))
        atomic_store_explicit(&j->broken, true, memory_order_relaxed);
}

bool lm_cpu_finite(lm_pass *p, bool *finite, const lm_tensor *x)
{
    job j = { .how = lm_cpu_elements_now(), .x = x };

    if (!lm_cpu_rows(p, (lm_count(x) + PIECE - 1) / PIECE, 0.1 * PIECE, finite_band, &j))
        return false;
    *finite = !atomic_load(&j.broken);
    return true;
}
