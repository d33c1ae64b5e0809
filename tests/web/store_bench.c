/* store_bench.c: what the queue does a second, beside one fdatasync of the same disk in the same run.
 *
 *     build/release/tests/web/bench_store [FOLDER] [HISTORY]      a folder on the disk in question; entries */
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/system.h"
#include "core/base/text.h"
#include "tests/web/chance.h"
#include "tests/web/folder.h"
#include "web/queue/queue.h"

enum { SAMPLES = 1 << 20, SYNCS = 400 };

static double samples[SAMPLES];
static int    n_samples;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void sample(double seconds)
{
    if (n_samples < SAMPLES)
        samples[n_samples++] = seconds * 1e3;
}

/* "p50 …, p99 … ms"; the samples are gone then. */
static void tell(const char *what, double seconds)
{
    if (!n_samples)
        return;
    qsort(samples, (size_t)n_samples, sizeof *samples, ascending);
    printf("%-44s %8.0f a second, p50 %7.2f, p99 %7.2f ms\n", what, n_samples / seconds, samples[n_samples / 2],
           samples[n_samples * 99 / 100]);
    n_samples = 0;
}

static size_t resident(void)
{
    return lm_system_resident(NULL);
}

/* One page written in place, and synced: what a commit cannot go below. */
static void bench_disk(const char *folder)
{
    char      path[300], page[4096] = { 1 };
    const int fd = open((snprintf(path, sizeof path, "%s/sync", folder), path), O_RDWR | O_CREAT, 0600);
    double    begin, t;

    for (int i = 0; i < 256; i++)
        (void)!pwrite(fd, page, sizeof page, i * 4096);
    fsync(fd);
    begin = now();
    for (int i = 0; i < SYNCS; i++) {
        t = now();
        (void)!pwrite(fd, page, sizeof page, i % 256 * 4096);
        fdatasync(fd);
        sample(now() - t);
    }
    tell("fdatasync of one page in place", now() - begin);
    close(fd);
}

/* ---------------------------------------------------------------- accepts */

static lm_queue *q;
static sem_t     woken;
static bool      over;
static int       open_asks;
static lm_text   prompt;

static void wake(void *self)
{
    (void)self;
    sem_post(&woken);
}

static void submit(double *since);

static void accepted(void *self, lm_answer *a)
{
    open_asks--;
    if (a->outcome != LM_STORE_DONE)
        printf("refused: %s\n", a->error.text);
    sample(now() - *(double *)self);
    if (!over)
        submit(self);
}

static void submit(double *since)
{
    lm_submission s = { .client = "bench", .prompt = { lm_copy_bytes(prompt.at, prompt.size), prompt.size },
                        .extra = { lm_copy_text("{}"), 2 } };
    limn_error    err = { 0 };

    *since = now();
    open_asks += lm_queue_submit(q, &s, accepted, since, &err);
}

static void bench_accepts(const char *folder, int submitters, double seconds)
{
    const lm_queue_options o = { .store = { .folder = folder }, .wake = wake };
    limn_error             err = { 0 };
    char                   what[80];
    double                 since[128], begin;

    if (!(q = lm_queue_open(&o, &err))) {
        printf("%s\n", err.text);
        return;
    }
    over = true; /* one, and the moment in which the queue makes room in its log */
    submit(since);
    while (open_asks) {
        sem_wait(&woken);
        lm_queue_drain(q);
    }
    sleep(2);
    over = false;
    n_samples = 0;
    begin = now();
    for (int i = 0; i < submitters; i++)
        submit(&since[i]);
    while (open_asks) {
        sem_wait(&woken);
        lm_queue_drain(q);
        over = now() - begin > seconds;
    }
    snprintf(what, sizeof what, "durable accepts, %d at once, %zu bytes", submitters, prompt.size);
    tell(what, now() - begin);
    lm_queue_close(q);
}

static void prompt_of(size_t bytes)
{
    static chance luck = { 1 };

    lm_text_done(&prompt);
    lm_text_puts(&prompt, "{");
    for (int i = 1; prompt.size < bytes - 2; i++)
        lm_text_printf(&prompt, "%s\"%d\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": %llu, \"steps\": %d, "
                       "\"model\": [\"%d\", 0], \"cfg\": %d.5}, \"_meta\": {\"title\": \"KSampler\"}}", i > 1 ? ", " : "", i,
                       (unsigned long long)chance_next(&luck), chance_below(&luck, 50), i, chance_below(&luck, 12));
    lm_text_puts(&prompt, "}");
}

/* ---------------------------------------------------------------- a long history */

static void fill(lm_store *s, int entries)
{
    lm_result  r = { LM_JOB_SUCCESS, { "[[\"execution_start\",{}],[\"execution_success\",{}]]", 46 },
                     { "{\"9\":{\"images\":[{\"filename\":\"a.png\",\"subfolder\":\"\",\"type\":\"output\"}]}}", 73 },
                     { "{}", 2 }, { "{}", 2 }, 9 };
    limn_error err = { 0 };
    lm_job     job;
    bool       more;

    for (int i = 0; i < entries; i++) {
        if (i % 500 == 0)
            s->ops->begin(s, &err);
        prompt_of(20000);
        s->ops->add(s, &(lm_submission){ .prompt = { prompt.at, prompt.size }, .created_ms = i + 1 }, &job, &err);
        lm_job_done(&job);
        s->ops->lease(s, "w", i + 1, &job, &err);
        s->ops->finish(s, job.seq, job.epoch, &r, &err);
        lm_job_done(&job);
        if (i % 500 == 499 || i == entries - 1) {
            s->ops->tidy(s, 1, &more, &err);
            s->ops->commit(s, &err);
            s->ops->settle(s, &err);
        }
    }
    if (err.code)
        printf("%s\n", err.text);
}

static double cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In seconds of the processor: what others do on the machine does not count. */
static void bench_page(lm_store *s, const char *what, lm_ask ask)
{
    const double begin = cpu();
    limn_error   err = { 0 };
    lm_page      page;

    for (int i = 0; i < 200; i++) {
        const double t = cpu();

        s->ops->list(s, &ask, &page, &err);
        lm_page_done(&page);
        sample(cpu() - t);
    }
    tell(what, cpu() - begin);
}

static void bench_all(lm_store *s)
{
    const double begin = now();
    const size_t before = resident();
    lm_ask       ask = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1 };
    limn_error   err = { 0 };
    size_t       most = 0, bytes = 0;
    int64_t      n = 0;
    lm_page      page;
    bool         more = true;

    while (more && s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE) {
        n += page.n;
        for (int64_t i = 0; i < page.n; i++)
            bytes += page.jobs[i].prompt.size;
        most = resident() > most ? resident() : most;
        ask.from = page.next;
        more = page.more;
        lm_page_done(&page);
    }
    printf("the whole history, %lld entries, %.0f MB: %.2f s, at most %.1f MB more resident\n", (long long)n,
           (double)bytes / 1e6, now() - begin, (double)(most - before) / 1e6);
}

static void bench_history(const char *folder, int entries)
{
    const lm_store_options o = { .folder = folder };
    const size_t           before = resident();
    limn_error             err = { 0 };
    double                 begin = now(), used;
    lm_store              *s = lm_store_open(&o, &err);
    const int64_t          middle = entries / 2;

    if (!s)
        return;
    fill(s, entries);
    printf("a history of %d entries of 20 KB: made in %.1f s\n", entries, now() - begin);
    lm_store_close(s);
    begin = now();
    used = cpu();
    s = lm_store_open(&o, &err);
    printf("opened in %.3f s, %.3f s of the processor\n", now() - begin, cpu() - used);
    bench_page(s, "the last 64 entries, whole",
               (lm_ask){ .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = 64, .offset = -1 });
    bench_page(s, "64 entries from the middle, whole",
               (lm_ask){ .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = 64, .offset = middle });
    bench_page(s, "64 jobs, newest first, short",
               (lm_ask){ .list = LM_LIST_JOBS, .texts = LM_TEXTS_SUMMARY, .max = 64, .offset = -1 });
    printf("resident: %.1f MB more than with nothing open\n", (double)(resident() - before) / 1e6);
    bench_all(s);
    lm_store_close(s);
}

int main(int argc, char **argv)
{
    char folder[256], part[300];

    snprintf(folder, sizeof folder, "%s/limn-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    sem_init(&woken, 0, 0);
    bench_disk(folder);
    for (int size = 300; size < 30000; size += 19700)
        for (int n = 1; n <= 100; n *= 10) {
            prompt_of((size_t)size);
            snprintf(part, sizeof part, "%s/%d-%d", folder, size, n);
            bench_accepts(part, n, 4);
        }
    bench_disk(folder);
    snprintf(part, sizeof part, "%s/history", folder);
    bench_history(part, argc > 2 ? atoi(argv[2]) : 10000);
    folder_remove(folder);
    return 0;
}
