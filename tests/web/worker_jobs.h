/* worker_jobs.h: jobs for a worker on a bench, and what is waited for. */
#ifndef LIMN_TESTS_WORKER_JOBS_H
#define LIMN_TESTS_WORKER_JOBS_H

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/graph/json.h"
#include "tests/web/worker_bench.h"
#include "web/work/worker_parts.h"

/* The bundled checkpoint at work, for so many steps. */
#define SAMPLER(steps) \
    "{\"1\":{\"class_type\":\"CheckpointLoaderSimple\",\"inputs\":{\"ckpt_name\":\"limn-shapes.safetensors\"}}," \
    "\"2\":{\"class_type\":\"CLIPTextEncode\",\"inputs\":{\"text\":\"a red circle\",\"clip\":[\"1\",1]}}," \
    "\"4\":{\"class_type\":\"EmptyLatentImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":1}}," \
    "\"5\":{\"class_type\":\"KSampler\",\"inputs\":{\"model\":[\"1\",0],\"seed\":1,\"steps\":" steps ",\"cfg\":1.0," \
    "\"sampler_name\":\"euler\",\"scheduler\":\"normal\",\"positive\":[\"2\",0],\"negative\":[\"2\",0]," \
    "\"latent_image\":[\"4\",0],\"denoise\":1.0}}," \
    "\"6\":{\"class_type\":\"VAEDecode\",\"inputs\":{\"samples\":[\"5\",0],\"vae\":[\"1\",2]}}," \
    "\"7\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"6\",0],\"filename_prefix\":\"w\"}}}"

/* A plain picture, without a model. */
#define EMPTY(color) \
    "{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":8,\"height\":8,\"batch_size\":1,\"color\":" color "}}," \
    "\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"e\"}}}"

#define ZOO_NODE_RUNS(how) \
    "{\"1\":{\"class_type\":\"Zoo_in_run\",\"inputs\":{\"how\":\"" how "\"}}," \
    "\"2\":{\"class_type\":\"PreviewAny\",\"inputs\":{\"source\":[\"1\",0]}}}"

static const char *const with_zoo[] = { LIMN_PROGRAM, "work", "--base", ".", "--output", "",
                                        "--precision", "f32", "--plugin", LIMN_IN_RUN, NULL };

static inline lm_wire job(int64_t id, const char *prompt)
{
    return (lm_wire){ .type = LM_WIRE_JOB, .job = id, .epoch = 10 * id, .numbers = { 0, 64 },
                      .texts = { lm_wire_say(prompt), lm_wire_say(""), lm_wire_say("") } };
}

static inline void send_job(bench *b, int64_t id, const char *prompt)
{
    const lm_wire m = job(id, prompt);
    limn_error    err = { 0 };

    WANT(lm_worker_job(b->worker, &m, &err));
}

static inline void send_check(bench *b, int64_t id, const char *prompt)
{
    const lm_wire m = { .type = LM_WIRE_CHECK, .job = id,
                        .texts = { lm_wire_say(prompt), lm_wire_say(""), lm_wire_say("") } };
    limn_error    err = { 0 };

    WANT(lm_worker_check(b->worker, &m, &err));
}

/* ------------------------------------------------------------------ what is waited for */

static inline bool is_ready(const bench *b) { return lm_worker_is_ready(b->worker) && bench_find(b, LM_WIRE_NODES, 0); }
static inline bool has_ended(const bench *b) { return bench_find(b, LM_WIRE_ENDED, 0); }
static inline bool has_ended_twice(const bench *b) { return bench_find(b, LM_WIRE_ENDED, 1); }
static inline bool is_checked(const bench *b) { return bench_find(b, LM_WIRE_CHECKED, 0); }
static inline bool has_died(const bench *b) { return b->ends > 0; }
static inline bool is_back(const bench *b) { return b->ends > 0 && lm_worker_is_ready(b->worker); }
static inline bool is_asked(const bench *b) { return bench_find(b, LM_WIRE_STATS, 0) && bench_find(b, LM_WIRE_NODES, 1); }
static inline bool runs(const bench *b) { return bench_find(b, LM_WIRE_PROGRESS, 2); }
static inline bool is_running(const bench *b) { return bench_find(b, LM_WIRE_RUNNING, 0); }

/* A worker that has said hello and sent its tables. */
static inline void open_bench(bench *b, const char *const *argv)
{
    bench_init(b, argv);
    bench_start(b);
    WANT(bench_until(b, is_ready));
}

static inline const char *text_of(const heard *h, int i)
{
    return h && h->texts[i] ? h->texts[i] : "(none)";
}

static inline int64_t number_of(const heard *h, int i)
{
    return h ? h->numbers[i] : -1;
}

static inline bool is_json(const char *text)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(text, strlen(text), &err);

    lm_json_free(d);
    return d;
}

#endif
