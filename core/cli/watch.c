/* watch.c: limn watch: a job on a server, followed to its end. */
#include "core/cli/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/cli/commands.h"

/* Seconds between two questions: soon at first, and seldom while the socket tells what happens. */
static const double first_s = 0.1, most_s = 1, heard_s = 3;
static const double patience_s = 60; /* with a server that is silent, as one that is started again */

void lm_watch_client(lm_text *t, const char *id)
{
    lm_text_printf(t, "limn-%s", id);
}

static void rest(double seconds)
{
    const struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

    nanosleep(&t, NULL);
}

/* ------------------------------------------------------------------ waiting */

typedef struct watching {
    lm_remote        *remote;
    lm_remote_socket *socket;
    const char       *id;
    lm_bar            bar;
    double            pause_s;
} watching;

/* Until the next question: hears what is said, and ends early when it is about the end. */
static void wait_and_hear(watching *w, lm_remote_state state)
{
    const double until = lm_clock_steady_s() + (lm_remote_is_listening(w->socket) ? heard_s : w->pause_s);
    lm_text      message = { 0 };

    for (double left = until - lm_clock_steady_s(); left > 0; left = until - lm_clock_steady_s()) {
        lm_bar_draw(&w->bar, state);
        if (!lm_remote_is_listening(w->socket)) {
            rest(left < w->pause_s ? left : w->pause_s);
        } else if (lm_remote_hear(w->socket, left < 1 ? left : 1, &message)) {
            if (state == LM_REMOTE_PENDING)
                state = LM_REMOTE_RUNNING;
            if (lm_bar_hear(&w->bar, w->id, message.at, message.size))
                break;
        }
    }
    lm_text_done(&message);
    w->pause_s = w->pause_s * 1.5 < most_s ? w->pause_s * 1.5 : most_s;
}

/* Asks until the job has ended; *out is what it became. */
static int wait_for_end(watching *w, lm_remote_job *out, limn_error *err)
{
    lm_remote_state before = LM_REMOTE_UNKNOWN;
    double          heard = lm_clock_steady_s();
    int             status;

    for (;;) {
        *err = (limn_error){ 0 };
        status = lm_remote_find(w->remote, w->id, out, err);
        if (status == LM_EXIT_WELL) {
            heard = lm_clock_steady_s();
            lm_bar_tell(&w->bar, w->id, out->state);
        }
        if (status == LM_EXIT_WELL && (out->state == LM_REMOTE_UNKNOWN || out->state >= LM_REMOTE_COMPLETED))
            break;
        if (status != LM_EXIT_WELL && (before == LM_REMOTE_UNKNOWN || lm_clock_steady_s() - heard > patience_s))
            break;
        before = status == LM_EXIT_WELL ? out->state : before;
        lm_remote_job_done(out);
        wait_and_hear(w, before);
    }
    lm_bar_clear(&w->bar);
    if (status == LM_EXIT_WELL && out->state == LM_REMOTE_UNKNOWN && before != LM_REMOTE_UNKNOWN)
        out->state = LM_REMOTE_CANCELLED; /* it was taken out of the queue */
    return status;
}

/* ------------------------------------------------------------------ telling */

static bool print_file(void *self, const lm_remote_file *f)
{
    lm_text path = { 0 }, shown = { 0 };

    (void)self;
    lm_text_printf(&path, "%s/%s%s%s", f->type, f->folder, *f->folder ? "/" : "", f->name);
    lm_remote_clean(&shown, path.at, path.size, 0);
    puts(shown.at);
    lm_text_done(&path);
    lm_text_done(&shown);
    return true;
}

static void print_json(const lm_remote_job *job, const lm_json *d, lm_json_ref entry)
{
    lm_text t = { 0 };

    lm_text_puts(&t, "{\"id\": ");
    lm_json_write_string(job->id, strlen(job->id), LM_JSON_ASCII, &t);
    lm_text_printf(&t, ", \"status\": \"%s\"", lm_remote_state_names[job->state]);
    if (job->fault) {
        lm_text_puts(&t, ", \"error\": ");
        lm_json_write_string(job->fault, strlen(job->fault), LM_JSON_ASCII, &t);
    }
    if (job->started_ms > 0 && job->ended_ms >= job->started_ms)
        lm_text_printf(&t, ", \"seconds\": %.3f", (job->ended_ms - job->started_ms) / 1000);
    lm_text_puts(&t, ", \"outputs\": ");
    if (entry && lm_json_get(d, entry, "outputs"))
        lm_json_write(d, lm_json_get(d, entry, "outputs"), LM_JSON_SPACES | LM_JSON_ASCII, &t);
    else
        lm_text_puts(&t, "{}");
    lm_text_puts(&t, "}");
    puts(t.at);
    lm_text_done(&t);
}

static int tell_end(const watching *w, const lm_remote_job *job, bool json, limn_error *err)
{
    lm_json    *d = NULL;
    lm_json_ref entry = 0;
    int         status = LM_EXIT_WELL;

    if (job->state == LM_REMOTE_COMPLETED || json)
        status = lm_remote_entry(w->remote, w->id, &d, &entry, err);
    if (status == LM_EXIT_WELL && json)
        print_json(job, d, entry);
    else if (status == LM_EXIT_WELL && entry)
        lm_remote_each_file(d, entry, print_file, NULL);
    if (status == LM_EXIT_WELL)
        lm_json_free(d);
    if (job->state == LM_REMOTE_FAILED)
        fprintf(stderr, "limn: job %s failed: %s\n", w->id, job->fault ? job->fault : "the server does not say why");
    if (job->state == LM_REMOTE_CANCELLED)
        fprintf(stderr, "limn: job %s was stopped\n", w->id);
    return status != LM_EXIT_WELL ? status : job->state == LM_REMOTE_FAILED ? LM_EXIT_FAILED
                                         : job->state == LM_REMOTE_CANCELLED ? LM_EXIT_CANCELLED : LM_EXIT_WELL;
}

int lm_watch(lm_remote *r, lm_remote_socket *s, const char *id, lm_workflow *workflow, const lm_args *a, limn_error *err)
{
    watching      w = { .remote = r, .socket = s, .id = id, .pause_s = first_s };
    lm_remote_job job = { 0 };
    int           status;

    lm_bar_begin(&w.bar, workflow, !lm_args_has(a, "--quiet") && !lm_args_has(a, "--json"));
    status = wait_for_end(&w, &job, err);
    if (status == LM_EXIT_WELL && job.state == LM_REMOTE_UNKNOWN) {
        limn_fail(err, FILE, "%.120s has no job %.100s", lm_remote_name(r), id);
        status = LM_EXIT_SERVER;
    } else if (status == LM_EXIT_WELL) {
        status = tell_end(&w, &job, lm_args_has(a, "--json"), err);
    }
    lm_remote_job_done(&job);
    return status;
}

/* ------------------------------------------------------------------ limn watch */

static int watch(lm_remote *r, const lm_args *a, limn_error *err)
{
    lm_text           client = { 0 };
    lm_remote_socket *s;
    int               status;

    lm_watch_client(&client, a->words[0]);
    s = lm_remote_listen(r, client.at);
    status = lm_watch(r, s, a->words[0], NULL, a, err);
    lm_remote_socket_close(s);
    lm_text_done(&client);
    return status;
}

static int run_watch(const lm_args *a)
{
    return lm_remote_command(a, watch);
}

static const lm_option watch_options[] = { LM_OPTIONS_WATCH, LM_OPTIONS_REMOTE, { NULL } };

const lm_command lm_watch_command = {
    .name = "watch", .words = "ID", .least = 1, .most = 1, .options = watch_options, .run = run_watch,
    .doc = "Follow a job on a server to its end, and print the names of its files.",
};
