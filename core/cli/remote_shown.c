/* remote_shown.c: the jobs of a server as people see them, and as JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/cli/remote_jobs.h"

enum { MOST_ID = 100 };

/* "2026-11-22 08:15:00" here; "-" when it is unknown. */
static const char *moment(double ms, char text[32])
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm    here;

    if (ms <= 0 || !localtime_r(&seconds, &here) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S", &here))
        strcpy(text, "-");
    return text;
}

static void print_row(const lm_remote_job *j, bool ended)
{
    char    when[32], took[32] = "-";
    lm_text id = { 0 };

    lm_remote_clean(&id, j->id, strlen(j->id), MOST_ID);
    if (j->started_ms > 0 && j->ended_ms >= j->started_ms)
        snprintf(took, sizeof took, "%.1f s", (j->ended_ms - j->started_ms) / 1000);
    if (ended)
        printf("%-36s  %-11s  %9s  %5lld  %s\n", id.at, lm_remote_state_names[j->state], took, (long long)j->outputs,
               moment(j->ended_ms, when));
    else
        printf("%-36s  %-11s  %9.6g  %s\n", id.at, lm_remote_state_names[j->state], j->number,
               moment(j->created_ms, when));
    if (j->fault)
        printf("    %s\n", j->fault);
    lm_text_done(&id);
}

void lm_remote_jobs_print(const lm_remote_jobs *j, bool ended)
{
    if (j->n && ended)
        printf("%-36s  %-11s  %9s  %5s  %s\n", "job", "status", "took", "files", "ended");
    else if (j->n)
        printf("%-36s  %-11s  %9s  %s\n", "job", "status", "number", "submitted");
    for (int i = 0; i < j->n; i++)
        print_row(&j->at[i], ended);
}

/* ------------------------------------------------------------------ JSON */

static void add_quoted(lm_text *t, const char *key, const char *text)
{
    lm_text_printf(t, "\"%s\": ", key);
    lm_json_write_string(text, strlen(text), LM_JSON_ASCII, t);
}

static void add_moment(lm_text *t, const char *key, double ms)
{
    if (ms > 0)
        lm_text_printf(t, ", \"%s\": %.0f", key, ms);
}

void lm_remote_jobs_print_json(const lm_remote_jobs *j)
{
    lm_text t = { 0 };

    lm_text_puts(&t, "[");
    for (int i = 0; i < j->n; i++) {
        const lm_remote_job *one = &j->at[i];

        lm_text_puts(&t, i ? ",\n {" : "{");
        add_quoted(&t, "id", one->id);
        lm_text_puts(&t, ", ");
        add_quoted(&t, "status", lm_remote_state_names[one->state]);
        lm_text_printf(&t, ", \"number\": %.17g, \"outputs\": %lld", one->number, (long long)one->outputs);
        add_moment(&t, "created_ms", one->created_ms);
        add_moment(&t, "started_ms", one->started_ms);
        add_moment(&t, "ended_ms", one->ended_ms);
        if (one->fault) {
            lm_text_puts(&t, ", ");
            add_quoted(&t, "error", one->fault);
        }
        lm_text_puts(&t, "}");
    }
    puts(lm_text_str(&t));
    puts("]");
    lm_text_done(&t);
}

/* ------------------------------------------------------------------ files */

static const char *text_or(lm_json *d, lm_json_ref object, const char *key, const char *otherwise)
{
    const char *text = lm_json_c_string(d, lm_json_get(d, object, key));

    return text ? text : otherwise;
}

static bool each_in(lm_json *d, lm_json_ref list, lm_remote_file_fn *fn, void *self)
{
    for (lm_json_ref v = lm_json_kind_of(d, list) == LM_JSON_ARRAY ? lm_json_first(d, list) : 0; v; v = lm_json_next(d, v)) {
        const lm_remote_file f = { text_or(d, v, "filename", ""), text_or(d, v, "subfolder", ""),
                                   text_or(d, v, "type", "output") };

        if (*f.name && !fn(self, &f))
            return false;
    }
    return true;
}

bool lm_remote_each_file(lm_json *d, lm_json_ref entry, lm_remote_file_fn *fn, void *self)
{
    const lm_json_ref outputs = lm_json_get(d, entry, "outputs");

    for (lm_json_ref node = lm_json_first_key(d, outputs); node; node = lm_json_next(d, node)) {
        const lm_json_ref answer = lm_json_value(d, node);

        for (lm_json_ref k = lm_json_first_key(d, answer); k; k = lm_json_next(d, k))
            if (!each_in(d, lm_json_value(d, k), fn, self))
                return false;
    }
    return true;
}
