/* times.c: how long nodes and their steps took, by class. */
#include "web/server/times.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"

enum { N_BUCKETS = 6, NAME_MAX_ = 128 };
static const double      bounds[N_BUCKETS] = { 0.01, 0.1, 1, 10, 100, 1000 };
static const char *const bound_names[N_BUCKETS] = { "0.01", "0.1", "1", "10", "100", "1000" };

typedef struct row {
    char    *name;                    /* safe between quotes */
    uint64_t count, within[N_BUCKETS]; /* nodes; those that took no longer than the bound */
    double   seconds;
    uint64_t steps;
    double   step_seconds;
} row;

struct lm_times {
    row      rows[LM_TIMES_CLASSES + 1]; /* the last: all others */
    int      n;
    uint64_t reports;                    /* of nodes with steps, their speeds added up */
    double   speeds;
};

lm_times *lm_times_new(void)
{
    return lm_alloc(sizeof(lm_times));
}

void lm_times_free(lm_times *t)
{
    for (int i = 0; t && i < t->n; i++)
        lm_free(t->rows[i].name);
    lm_free(t);
}

/* ------------------------------------------------------------------ counting */

/* As a label's value: no quote, backslash or control character in it, and not too long. */
static void clean(char out[NAME_MAX_], const char *name)
{
    snprintf(out, NAME_MAX_, "%s", name);
    out[lm_utf8_well(out, strlen(out)) ? strlen(out) : strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                                   "0123456789_ -.:()+/")] = '\0';
    for (char *c = out; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < 32 || *c == 127)
            *c = '?';
}

static row *row_of(lm_times *t, const char *node_class)
{
    char name[NAME_MAX_];

    clean(name, node_class);
    for (int i = 0; i < t->n; i++)
        if (!strcmp(t->rows[i].name, name))
            return &t->rows[i];
    if (t->n == LM_TIMES_CLASSES)
        return &t->rows[LM_TIMES_CLASSES];
    t->rows[t->n].name = lm_copy_text(name);
    return &t->rows[t->n++];
}

void lm_times_node(lm_times *t, const char *node_class, uint64_t ns)
{
    row         *r = row_of(t, node_class);
    const double seconds = (double)ns * 1e-9;

    r->count++;
    r->seconds += seconds;
    for (int i = 0; i < N_BUCKETS; i++)
        r->within[i] += seconds <= bounds[i];
}

void lm_times_steps(lm_times *t, const char *node_class, int64_t steps, uint64_t ns)
{
    row         *r = row_of(t, node_class);
    const double seconds = (double)(ns ? ns : 1) * 1e-9;

    if (steps <= 0)
        return;
    r->steps += (uint64_t)steps;
    r->step_seconds += seconds;
    t->reports++;
    t->speeds += (double)steps / seconds;
}

/* ------------------------------------------------------------------ telling */

typedef void tell_fn(lm_text *out, const char *name, const row *r);

static void begin(lm_text *out, const char *name, const char *type, const char *help)
{
    lm_text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void for_each(const lm_times *t, lm_text *out, tell_fn *tell)
{
    for (int i = 0; i < t->n; i++)
        tell(out, t->rows[i].name, &t->rows[i]);
    tell(out, "other", &t->rows[LM_TIMES_CLASSES]);
}

static void tell_node(lm_text *out, const char *name, const row *r)
{
    if (!r->count)
        return;
    for (int i = 0; i < N_BUCKETS; i++)
        lm_text_printf(out, "limn_node_seconds_bucket{class=\"%s\",le=\"%s\"} %llu\n", name, bound_names[i],
                       (unsigned long long)r->within[i]);
    lm_text_printf(out, "limn_node_seconds_bucket{class=\"%s\",le=\"+Inf\"} %llu\n"
                   "limn_node_seconds_sum{class=\"%s\"} %.6f\nlimn_node_seconds_count{class=\"%s\"} %llu\n",
                   name, (unsigned long long)r->count, name, r->seconds, name, (unsigned long long)r->count);
}

static void tell_steps(lm_text *out, const char *name, const row *r)
{
    if (r->steps)
        lm_text_printf(out, "limn_steps_total{class=\"%s\"} %llu\n", name, (unsigned long long)r->steps);
}

static void tell_step_seconds(lm_text *out, const char *name, const row *r)
{
    if (r->steps)
        lm_text_printf(out, "limn_steps_seconds_total{class=\"%s\"} %.6f\n", name, r->step_seconds);
}

void lm_times_write(const lm_times *t, lm_text *out)
{
    if (!t)
        return;
    begin(out, "limn_node_seconds", "histogram", "How long nodes ran, by class.");
    for_each(t, out, tell_node);
    begin(out, "limn_steps_total", "counter", "Steps that nodes told of, as a sampler's, by class.");
    for_each(t, out, tell_steps);
    begin(out, "limn_steps_seconds_total", "counter", "How long they took.");
    for_each(t, out, tell_step_seconds);
    begin(out, "limn_steps_per_second", "summary", "How fast the steps of each node that ran were.");
    lm_text_printf(out, "limn_steps_per_second_sum %.6f\nlimn_steps_per_second_count %llu\n", t->speeds,
                   (unsigned long long)t->reports);
}
