/* kill -9: a child serves submitters and a worker, tells what it was told by the queue, and dies at some moment.
 * What it was told is there afterwards. */
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "tests/web/store_for_tests.h"
#include "tests/web/store_vfs.h"
#include "web/queue/queue.h"

enum { SUBMITTERS = 16, ROUNDS = 400, JOBS = 4000 };

/* ---------------------------------------------------------------- the child */

typedef struct child {
    lm_queue *q;
    int       round, next, most, told, awake;
    int       done;
    char      names[JOBS][24];
} child;

static child c;

static void tell(char what, const char *id)
{
    char      line[64];
    const int n = snprintf(line, sizeof line, "%c %s\n", what, id);

    (void)!write(c.told, line, (size_t)n);
}

static void wake(void *self)
{
    (void)self;
    eventfd_write(c.awake, 1);
}

static void submit(void);
static void lease(void);

static void accepted(void *self, lm_answer *a)
{
    (void)self;
    if (a->outcome != LM_STORE_DONE)
        _exit(3);
    tell('A', a->job.id);
    submit();
}

static void submit(void)
{
    lm_submission s = asked(c.names[c.next]);
    limn_error    err = { 0 };

    if (c.next == c.most)
        return;
    snprintf(c.names[c.next], sizeof c.names[0], "r%d-%d", c.round, c.next);
    c.next++;
    s.prompt = blob_new("{\"a\":1}");
    s.extra = blob_new("{}");
    if (!lm_queue_submit(c.q, &s, accepted, NULL, &err))
        _exit(4);
}

static void recorded(void *self, lm_answer *a)
{
    char *id = self;

    if (a->outcome != LM_STORE_DONE)
        _exit(5);
    tell('F', id);
    lm_free(id);
    c.done++;
    lease();
}

static void leased(void *self, lm_answer *a)
{
    const lm_job *j = &a->job;
    lm_result     r = { LM_JOB_SUCCESS, blob_new("[]"), blob_new("{}"), blob_new("{}"), blob_new("{}"), 7 };
    limn_error    err = { 0 };

    (void)self;
    if (a->outcome == LM_STORE_NOTHING) {
        lm_free(r.messages.at), lm_free(r.outputs.at), lm_free(r.meta.at), lm_free(r.summary.at);
        lease();
        return;
    }
    tell('L', j->id);
    if (!lm_queue_finish(c.q, j->seq, j->epoch, &r, recorded, lm_copy_text(j->id), &err))
        _exit(6);
}

static void lease(void)
{
    limn_error err = { 0 };

    if (c.done < c.most && !lm_queue_lease(c.q, "w", leased, NULL, &err))
        _exit(7);
}

static void serve(const char *folder, const char *vfs, int round, int most, int told_to)
{
    const lm_queue_options o = { .store = { .folder = folder, .vfs = vfs }, .log_bytes = 64 << 10, .wake = wake };
    limn_error             err = { 0 };
    eventfd_t              n;

    c = (child){ .round = round, .most = most, .told = told_to, .awake = eventfd(0, EFD_CLOEXEC) };
    if (!(c.q = lm_queue_open(&o, &err)))
        _exit(2);
    for (int i = 0; i < SUBMITTERS; i++)
        submit();
    lease();
    while (c.done < most && !eventfd_read(c.awake, &n))
        lm_queue_drain(c.q);
    lm_queue_close(c.q);
    _exit(0);
}

/* ---------------------------------------------------------------- the parent */

typedef struct ledger {
    char id[24];
    bool accepted, ended;
} ledger;

static ledger  *promises;
static int      n_promises;
static int64_t  again; /* jobs that were leased after their end had been told */

static ledger *promise(const char *id)
{
    for (int i = n_promises - 1; i >= 0; i--)
        if (!strcmp(promises[i].id, id))
            return &promises[i];
    promises = lm_grow(promises, (size_t)(n_promises + 1) * sizeof *promises);
    promises[n_promises] = (ledger){ { 0 } };
    snprintf(promises[n_promises].id, sizeof promises[0].id, "%.23s", id);
    return &promises[n_promises++];
}

static void note(const char *line)
{
    ledger *p = promise(line + 2);

    if (*line == 'A')
        p->accepted = true;
    else if (*line == 'F')
        p->ended = true;
    else if (p->ended)
        again++;
}

/* All that the child wrote, until it is dead. */
static void listen_to(int from)
{
    FILE *f = fdopen(from, "r");
    char  line[64];

    while (f && fgets(line, sizeof line, f))
        if (strchr(line, '\n')) {
            *strchr(line, '\n') = 0;
            note(line);
        }
    fclose(f);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const lm_job *)a)->id, ((const lm_job *)b)->id);
}

static void check(const char *folder)
{
    const lm_ask ask = { .list = LM_LIST_JOBS, .max = -1, .bytes = 1 << 30 };
    lm_store    *s = store_open(folder, NULL, (lm_keep){ 0 });
    limn_error   err = { 0 };
    lm_page      page;

    WANT(s && s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE);
    if (!s)
        return;
    if (page.n)
        qsort(page.jobs, (size_t)page.n, sizeof *page.jobs, compare);
    for (int i = 0; i < n_promises; i++) {
        const lm_job  key = { .id = promises[i].id };
        const lm_job *j = page.n ? bsearch(&key, page.jobs, (size_t)page.n, sizeof *page.jobs, compare) : NULL;

        WANT(j || !promises[i].accepted);
        WANT(!promises[i].ended || (j && j->state == LM_JOB_SUCCESS));
    }
    for (int64_t i = 1; i < page.n; i++)
        WANT(strcmp(page.jobs[i - 1].id, page.jobs[i].id));
    WANT(again == 0);
    lm_page_done(&page);
    lm_store_close(s);
}

/* One life of a child: killed after `us`, or at the nth call to the disk. Its exit status as wait tells it. */
static int live(const char *folder, int round, int most, useconds_t us, int64_t nth)
{
    int   ends[2], status = 0;
    pid_t pid;

    if (pipe(ends))
        return -1;
    fflush(stdout);
    if (!(pid = fork())) {
        close(ends[0]);
        shim_kill_at(nth);
        serve(folder, nth ? "shim" : NULL, round, most, ends[1]);
    }
    close(ends[1]);
    if (us) {
        usleep(us);
        kill(pid, SIGKILL);
    }
    listen_to(ends[0]);
    waitpid(pid, &status, 0);
    return status;
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST(a_killed_server_loses_nothing_that_was_acknowledged)
{
    const int n = rounds(25);
    chance    luck = { 0xdead };
    char      folder[TEMPORARY_PATH];
    int       kills = 0;

    temporary_folder(folder, "store");
    n_promises = 0;
    for (int i = 0; i < n && !test_failures; i++) {
        kills += was_killed(live(folder, i, JOBS, (useconds_t)(10000 + chance_below(&luck, 80000)), 0));
        check(folder);
    }
    printf("%d kills, %d jobs told of\n", kills, n_promises);
    WANT(kills == n && n_promises > n);
    folder_remove(folder);
}

TEST(a_server_killed_at_any_call_to_the_disk_loses_nothing)
{
    const int step = getenv("LIMN_ROUNDS") ? 1 : 7;
    char      folder[TEMPORARY_PATH];
    int       kills = 0;
    bool      goes_on = true;

    shim_install();
    for (int64_t nth = 1; goes_on && !test_failures; nth += step) {
        int status;

        n_promises = 0;
        folder_new(folder);
        status = live(folder, 0, 20, 0, nth);
        goes_on = was_killed(status);
        WANT(goes_on || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        kills += goes_on;
        check(folder);
        folder_remove(folder);
    }
    printf("%d kills\n", kills);
    WANT(kills > 10);
}

TEST_MAIN
