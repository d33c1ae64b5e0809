/* serve_options.c: what the command line of `limn serve` says, as the server understands it. */
#include "core/cli/serve_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/cli/commands.h"
#include "core/cli/serve_accepted.h"
#include "core/cli/session.h"
#include "core/cli/token.h"

const lm_option lm_serve_options[] = {
    { "--listen", "[ADDR]", "Where to listen (default: 127.0.0.1); several times, or ADDR,ADDR; bare: everywhere." },
    { "--port", "N", "On which port; 0 takes a free one (default: 8188)." },
    { LM_TOKEN_OPTION, "FILE", "Clients must know the secret in this file, which nobody else may read." },
    { "--insecure-listen", NULL, "Let everybody in who reaches the address: something else keeps strangers out." },
    { "--allowed-host", "NAME[:PORT]", "Another name of this server, as a proxy's; may be given several times." },
    { "--enable-cors-header", "[ORIGIN]", "Let pages of this origin ask (bare: all pages)." },
    { "--front-end", "DIR", "Serve this page: a folder with an index.html.", "--front-end-root" },
    { "--share", "DIR", "Show the pipelines in this folder to everybody who comes; nothing is written there." },
    LM_OPTIONS_RUNNING,
    { "--user-directory", "DIR", "Settings and workflows of users (default: BASE/user)." },
    { "--max-upload-size", "MB", "The largest file that may be uploaded (default: 100)." },
    { "--max-prompt-size", "MB", "The largest workflow (default: 32, which is also the most)." },
    { "--preview-method", "M", "none, auto, latent2rgb or taesd (default: auto, for clients that say they know)." },
    { "--preview-size", "PIXELS", "The longer side of previews (default: 512)." },
    { "--history-entries", "N", "Keep so many jobs in the history; 0: no limit (default: 10000)." },
    { "--history-days", "N", "Keep them so long; 0: no limit (default: 0)." },
    { "--history-size", "SIZE", "Keep so much of them on disk: 4GB, off (default: 4GB)." },
    { "--max-pending", "N", "Refuse jobs when so many wait; 0: no limit (default: 10000)." },
    { "--max-pending-per-client", "N", "Refuse a client's jobs when so many of it wait; 0: no limit (default: 5000)." },
    { "--queue-at-start", "HOW", "run, paused, or kept: as it was left (default: kept)." },
    { "--rate-limit", "N", "Changes (jobs, uploads, …) that one address may ask for in a minute; 0: no limit (default: 1200)." },
    { "--rate-limit-loopback", NULL, "Count clients on this machine, too." },
    { "--header-timeout", "SECONDS", "Cut off who has not said in so long what it wants (default: 10)." },
    { "--body-timeout", "SECONDS", "Cut off who sends or reads nothing for so long, or under 1 KiB/s (default: 30)." },
    { "--hang-timeout", "SECONDS", "End a job that says nothing for so long; 0: never (default: 0)." },
    { "--job-timeout", "SECONDS", "End a job that takes so long; 0: never (default: 0)." },
    { "--picture-memory", "MIB", "How much memory reading a picture outside jobs may take (default: 1024)." },
    { "--worker-nice", "N", "How far workers stand behind the server for the processor: 0 to 19 (default: 5)." },
    { "--verbose", "[LEVEL]", "What the log tells: DEBUG (bare), INFO, WARNING, ERROR (default: WARNING)." },
    { "--log-format", "F", "text, or json: one object a line (default: text)." },
    { "--in-process", NULL, "For debugging: run jobs and checks in this process; what crashes takes the server with it." },
    { "--verify", NULL, "Only say whether the server could start like this, and leave." },
    LM_OPTIONS_ACCEPTED,
    { NULL },
};

/* ------------------------------------------------------------------ numbers */

static bool whole(const lm_args *a, const char *option, long long least, long long most, long long unit, int64_t *out)
{
    long long n = *out / unit;

    if (!lm_args_number(a, option, least, most, &n))
        return false;
    if (lm_args_has(a, option))
        *out = n * unit;
    return true;
}

static bool read_numbers(lm_server_options *o, const lm_args *a)
{
    int64_t port = o->port, side = o->preview_side, hang = o->hang_ms, job = o->job_ms, rate = o->changes_a_minute,
            head = o->head_ms, body = o->body_ms, memory = 1024; /* limn work's to take */
    long long nice = 0;                                          /* lm_serving_programs takes it */

    if (!whole(a, "--port", 0, 65535, 1, &port) || !whole(a, "--preview-size", 16, 2048, 1, &side) ||
        !whole(a, "--hang-timeout", 0, 1000000, 1000, &hang) || !whole(a, "--job-timeout", 0, 1000000, 1000, &job) ||
        !whole(a, "--rate-limit", 0, 1000000, 1, &rate) || !whole(a, "--header-timeout", 1, 3600, 1000, &head) ||
        !whole(a, "--body-timeout", 1, 3600, 1000, &body) ||
        !whole(a, "--picture-memory", 64, 1 << 20, 1, &memory) ||
        !lm_args_number(a, "--worker-nice", 0, 19, &nice) ||
        !whole(a, "--max-pending", 0, 100000000, 1, &o->most_pending) ||
        !whole(a, "--max-pending-per-client", 0, 100000000, 1, &o->most_of_client) ||
        !whole(a, "--history-entries", 0, 1000000000, 1, &o->keep.entries) ||
        !whole(a, "--history-days", 0, 100000, 86400000, &o->keep.age_ms))
        return false;
    o->port = (int)port;
    o->preview_side = (int)side;
    o->hang_ms = (int)hang;
    o->job_ms = (int)job;
    o->changes_a_minute = (int)rate;
    o->count_loopback = lm_args_has(a, "--rate-limit-loopback");
    o->head_ms = (int)head;
    o->body_ms = (int)body;
    return true;
}

static bool read_size(const lm_args *a, const char *option, size_t most, uint64_t *out, limn_error *err)
{
    size_t bytes = (size_t)*out;

    if (!lm_args_size(a, option, 1 << 20, 0, &bytes, err))
        return false;
    *out = bytes;
    return (bytes && bytes <= most) ||
           limn_fail(err, INPUT, "%s %.60s: it is more than nothing, and %zu MB at most", option, lm_args_value(a, option),
                     most >> 20);
}

static bool read_sizes(lm_server_options *o, const lm_args *a, limn_error *err)
{
    const char *text = lm_args_value(a, "--history-size");
    size_t      bytes = (size_t)o->keep.bytes;

    if (text && (!strcmp(text, "off") || !strcmp(text, "0")))
        bytes = 0;
    else if (!lm_args_size(a, "--history-size", 1, 0, &bytes, err))
        return false;
    o->keep.bytes = (int64_t)bytes;
    return read_size(a, "--max-upload-size", (size_t)64 << 30, &o->most_upload, err) &&
           read_size(a, "--max-prompt-size", LM_STORE_TEXT_MAX, &o->most_prompt, err);
}

/* ------------------------------------------------------------------ words */

/* Which of the NULL-terminated words it is, or -1 with a sentence that ends in `wanted`. */
static int one_of(const lm_args *a, const char *option, const char *const *words, const char *wanted, limn_error *err)
{
    const char *text = lm_args_value(a, option);

    for (int i = 0; words[i]; i++)
        if (!strcasecmp(text, words[i]))
            return i;
    limn_fail(err, INPUT, "%s %.60s: it is %s", option, text, wanted);
    return -1;
}

static bool read_preview(lm_server_options *o, const lm_args *a, limn_error *err)
{
    static const char *const words[] = { "none", "auto", "latent2rgb", "taesd", NULL };
    int                      which = 1;

    if (lm_args_has(a, "--preview-method"))
        which = one_of(a, "--preview-method", words, "none, auto, latent2rgb or taesd", err);
    if (which == 0)
        o->preview_side = 0;
    o->preview_all = lm_args_has(a, "--preview-method");
    if (which == 3)
        fprintf(stderr, "limn serve: note: --preview-method taesd: there is none yet; latent2rgb is shown instead\n");
    return which >= 0;
}

static bool read_start(lm_server_options *o, const lm_args *a, limn_error *err)
{
    static const char *const words[] = { "kept", "run", "paused", NULL }; /* in the order of lm_queue_start */
    const int                which = lm_args_has(a, "--queue-at-start")
                                         ? one_of(a, "--queue-at-start", words, "run, paused or kept", err) : 0;

    if (which >= 0)
        o->queue_start = (lm_queue_start)which;
    return which >= 0;
}

static bool read_log(const lm_args *a, limn_error *err)
{
    static const char *const formats[] = { "text", "json", NULL };
    static const char *const levels[] = { "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", NULL };
    const char              *level = lm_args_value(a, "--verbose");
    int                      which;

    if (lm_args_has(a, "--log-format")) {
        which = one_of(a, "--log-format", formats, "text or json", err);
        lm_log_json = which == 1;
        if (which < 0)
            return false;
    }
    if (!level)
        return true;
    which = *level ? one_of(a, "--verbose", levels, "DEBUG, INFO, WARNING or ERROR", err) : 0;
    if (which >= 0)
        lm_log_least = which > LM_LOG_ERROR ? LM_LOG_ERROR : (lm_log_level)which;
    return which >= 0;
}

/* ------------------------------------------------------------------ all of it */

static bool refuse_tls(const lm_args *a, limn_error *err)
{
    if (!lm_args_has(a, "--tls-keyfile") && !lm_args_has(a, "--tls-certfile"))
        return true;
    return limn_fail(err, INPUT, "--tls-keyfile and --tls-certfile: HTTPS is a reverse proxy's work; docs/deploy/nginx.conf "
                     "is one that is ready");
}

static void print_notes(const lm_serving *s, const lm_args *a)
{
    for (int i = 0; i < a->n_given; i++) {
        const lm_option *o = a->given[i].option;

        if (o->hidden && strcmp(o->name, "--folder") && (!i || a->given[i - 1].option != o))
            fprintf(stderr, "limn serve: note: %s: %s\n", o->name, o->doc);
    }
    fputs(lm_text_str(&s->models.notes), stderr);
    if (s->o.inside)
        fputs("limn serve: note: --in-process is for debugging: a node or plugin that crashes takes the server with it, and "
              "none is confined\n", stderr);
}

static void place(lm_serving *s, const lm_args *a)
{
    const char *base = lm_args_value(a, "--base"), *temp = lm_args_value(a, "--temp-directory");
    lm_text     path = { 0 };

    if (temp) {
        lm_text_printf(&path, "%s/temp", temp);
        s->temp = lm_text_take(&path);
    }
    s->o.base = base ? base : ".";
    s->o.input = lm_args_value(a, "--input-directory");
    s->o.output = lm_args_value(a, "--output");
    s->o.temp = s->temp;
    s->o.user = lm_args_value(a, "--user-directory");
    s->o.front_end = lm_args_value(a, "--front-end");
    s->o.more_folders = (const char *const *)s->models.orders;
}

/* A worker that cannot load what is asked for by name never begins: better that the server does not, either. */
static bool find_plugins(const lm_args *a, limn_error *err)
{
    const char *path;

    for (int i = 0; (path = lm_args_each(a, "--plugin", i)); i++)
        if (access(path, R_OK))
            return limn_fail(err, FILE, "--plugin %.240s: it cannot be opened: %s", path, strerror(errno));
    return true;
}

bool lm_serving_read(lm_serving *s, const lm_args *a, const char *self, limn_error *err)
{
    *s = (lm_serving){ .o = lm_server_defaults() };
    if (!refuse_tls(a, err) || !read_log(a, err) || !read_numbers(&s->o, a) || !read_sizes(&s->o, a, err) ||
        !read_preview(&s->o, a, err) || !read_start(&s->o, a, err) || !lm_session_options(a, err) || !find_plugins(a, err) ||
        !lm_models_config_options(&s->models, a, err))
        return false;
    s->token = lm_token_read(a, err);
    s->o.token = s->token;
    if (err->code != LIMN_OK || !lm_serving_listen(s, a, err))
        return false;
    place(s, a);
    if (!lm_serving_share(s, a, err))
        return false;
    s->o.verify = lm_args_has(a, "--verify");
    s->o.inside = lm_args_has(a, "--in-process") ? lm_work_inside : NULL;
    lm_serving_programs(s, a, self);
    print_notes(s, a);
    return true;
}

void lm_serving_done(lm_serving *s)
{
    lm_words_done(&s->listen);
    lm_words_done(&s->hosts);
    lm_words_done(&s->work);
    lm_words_done(&s->check);
    lm_words_done(&s->pictures);
    lm_words_done(&s->argv);
    lm_models_config_done(&s->models);
    lm_token_free(s->token);
    lm_free(s->temp);
    lm_free(s->share);
}
