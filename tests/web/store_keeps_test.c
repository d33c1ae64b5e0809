/* store_keeps_test.c: a job from its first lease to its end, what is refused, and what the history may keep. */
#include "tests/web/store_folder.h"

/* ---------------------------------------------------------------- a job's life */

static int64_t lease_one(lm_store *s, lm_job *job)
{
    limn_error err = { 0 };

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    if (s->ops->lease(s, "w", 5, job, &err) != LM_STORE_DONE)
        *job = (lm_job){ 0 };
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    return job->attempts;
}

/* USE-3: run again twice, then no more, with words for its owner. */
TEST(a_job_that_takes_the_server_with_it_is_given_up_after_three_starts)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err = { 0 };
    lm_job     job;

    WANT(add(s, "say \"x\"") == LM_STORE_DONE);
    for (int start = 1; start <= LM_STORE_RUNS_MAX; start++) {
        WANT(lease_one(s, &job) == start);
        lm_job_done(&job);
        lm_store_close(s);
        s = store_open(folder, NULL, (lm_keep){ 0 });
    }
    WANT(lease_one(s, &job) == 0);
    WANT(s->ops->find(s, "say \"x\"", 0, LM_TEXTS_ALL, &job, &err) == LM_STORE_DONE);
    WANT(job.state == LM_JOB_FAILED && job.ended == 1 && job.ended_ms == 1000);
    WANT(strstr(job.messages.at, "[[\"execution_start\",{\"prompt_id\":\"say \\\"x\\\"\",\"timestamp\":1000}],"));
    WANT(strstr(job.messages.at, "limn ended while this job ran, three times"));
    lm_job_done(&job);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_job_given_back_in_time_has_lost_no_start)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err = { 0 };
    lm_job     job;

    WANT(add(s, "a") == LM_STORE_DONE);
    for (int i = 0; i < 9; i++) {
        WANT(lease_one(s, &job) == 1);
        WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
        WANT(s->ops->release(s, job.seq, job.epoch, &err) == LM_STORE_DONE);
        WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
        lm_job_done(&job);
    }
    lm_store_close(s);
    folder_remove(folder);
}

TEST(what_is_too_long_is_refused_with_both_sizes)
{
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_submission in = asked("a");
    char          name[LM_STORE_NAME_MAX + 2];
    limn_error    long_id = { 0 }, long_text = { 0 }, number = { 0 };
    lm_tally      t;

    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = 0;
    in.id = name;
    WANT(add_text(s, &in, &long_id) == LM_STORE_REFUSED && strstr(long_id.text, "257") && strstr(long_id.text, "256"));
    in = asked("a");
    in.prompt.size = LM_STORE_TEXT_MAX + 1;
    WANT(add_text(s, &in, &long_text) == LM_STORE_REFUSED && strstr(long_text.text, "33554433"));
    in = asked("a");
    in.numbered = true;
    in.number = NAN;
    WANT(add_text(s, &in, &number) == LM_STORE_REFUSED);
    s->ops->count(s, &t);
    WANT(t.pending == 0);
    lm_store_close(s);
    folder_remove(folder);
}

static lm_outcome end_as(lm_store *s, const lm_job *job, lm_result r, limn_error *err)
{
    lm_outcome o = s->ops->begin(s, err);

    WANT(o == LM_STORE_DONE);
    o = s->ops->finish(s, job->seq, job->epoch, &r, err);
    s->ops->undo(s);
    return o;
}

TEST(an_end_that_is_none_is_refused)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err[6] = { { 0 } };
    lm_job     job;
    lm_result  r = told(LM_JOB_SUCCESS, 9);

    WANT(add(s, "a") == LM_STORE_DONE && lease_one(s, &job) == 1);
    WANT(end_as(s, &job, told(LM_JOB_RUNNING, 9), &err[0]) == LM_STORE_REFUSED && strstr(err[0].text, "state 1"));
    WANT(end_as(s, &job, told(LM_JOB_STATES, 9), &err[1]) == LM_STORE_REFUSED && strstr(err[1].text, "state 6"));
    r.summary.size = LM_STORE_SUMMARY_MAX + 1;
    WANT(end_as(s, &job, r, &err[2]) == LM_STORE_REFUSED && strstr(err[2].text, "too long"));
    r = told(LM_JOB_SUCCESS, 9);
    r.outputs.size = LM_STORE_TEXT_MAX + 1;
    WANT(end_as(s, &job, r, &err[3]) == LM_STORE_REFUSED && strstr(err[3].text, "too long"));
    job.epoch++;
    WANT(end_as(s, &job, told(LM_JOB_SUCCESS, 9), &err[4]) == LM_STORE_NOTHING);
    job.epoch--;
    WANT(end_as(s, &job, told(LM_JOB_SUCCESS, 9), &err[5]) == LM_STORE_DONE);
    lm_job_done(&job);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(an_id_of_our_own_is_a_uuid)
{
    lm_store           *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    const lm_submission in = asked("");
    limn_error          err = { 0 };
    lm_job              a, b;
    unsigned            v = 0, w = 0;

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    WANT(s->ops->add(s, &in, &a, &err) == LM_STORE_DONE && s->ops->add(s, &in, &b, &err) == LM_STORE_DONE);
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    WANT(strlen(a.id) == 36 && strcmp(a.id, b.id) && sscanf(a.id, "%*8x-%*4x-%1x%*3x-%1x", &v, &w) == 2);
    WANT(v == 4 && (w & 0xc) == 8);
    lm_job_done(&a);
    lm_job_done(&b);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(texts_come_back_byte_for_byte)
{
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    const size_t  sizes[] = { 0, 1, 511, 512, 513, 4096, 100000, 5 << 20 };
    chance        luck = { 9 };
    limn_error    err = { 0 };

    for (int i = 0; i < 16; i++) {
        const size_t  n = sizes[i / 2];
        char         *bytes = lm_alloc(n + 1);
        lm_submission in = asked("x");
        lm_job        job;

        for (size_t k = 0; k < n; k++)
            bytes[k] = i % 2 ? (char)chance_below(&luck, 256) : "{\"a\": 0}"[k % 8];
        in.prompt = (lm_blob){ bytes, n };
        WANT(add_text(s, &in, &err) == LM_STORE_DONE && lease_one(s, &job) == 1);
        WANT(job.prompt.size == n && !memcmp(job.prompt.at, bytes, n) && !job.damaged);
        lm_job_done(&job);
        lm_free(bytes);
    }
    lm_store_close(s);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- what the history keeps */

TEST(the_history_keeps_so_many_and_so_long)
{
    lm_store *s = store_open(folder_new(folder), NULL, (lm_keep){ .entries = 10, .age_ms = 100 });

    for (int i = 1; i <= 30; i++) {
        WANT(add(s, NULL) == LM_STORE_DONE);
        run(s, i);
    }
    tidy(s, 30);
    WANT(history(s) == 10);
    tidy(s, 125); /* those that ended at 21 … 24 are too old */
    WANT(history(s) == 6);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(the_history_keeps_so_many_bytes_and_the_disk_gets_the_rest)
{
    const lm_keep keep = { .bytes = 3 << 20 };
    lm_store     *s = store_open(folder_new(folder), NULL, keep);
    char         *noise = lm_alloc(200001);
    lm_submission in = asked(NULL);
    chance        luck = { 4 };
    limn_error    err = { 0 };
    struct stat   full, less, least;
    int64_t       removed;
    lm_tally      t;

    for (int i = 0; i < 200000; i++)
        noise[i] = (char)chance_below(&luck, 256);
    in.prompt = (lm_blob){ noise, 200000 };
    for (int i = 0; i < 40; i++) {
        WANT(add_text(s, &in, &err) == LM_STORE_DONE);
        run(s, 1);
    }
    WANT(s->ops->settle(s, &err) == LM_STORE_DONE && !stat(path_of("limn.sqlite"), &full));
    tidy(s, 1);
    s->ops->count(s, &t);
    WANT(t.history == 15 && t.history_bytes <= keep.bytes);
    WANT(!stat(path_of("limn.sqlite"), &less) && less.st_size < full.st_size / 2 + (2 << 20));
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE && s->ops->forget(s, NULL, &removed, &err) == LM_STORE_DONE);
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE && removed == 15 && history(s) == 0);
    tidy(s, 1);
    WANT(!stat(path_of("limn.sqlite"), &least) && least.st_size <= (2 << 20));
    lm_free(noise);
    lm_store_close(s);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- jobs, filtered */

TEST(jobs_are_found_by_workflow_and_sorted_by_duration)
{
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_submission in = asked(NULL);
    lm_ask        ask = { .list = LM_LIST_JOBS, .max = -1, .offset = -1, .workflow = "w1", .by_duration = true };
    limn_error    err = { 0 };
    lm_page       page;

    for (int i = 0; i < 6; i++) {
        in.workflow = i % 2 ? "w1" : "w2";
        WANT(add_text(s, &in, &err) == LM_STORE_DONE);
        run(s, 10 + (i * 7) % 5); /* started at 1; seq 2, 4, 6 end at 12, 11, 10 */
    }
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.n == 3 && page.total == 3);
    WANT(page.n == 3 && page.jobs[0].seq == 2 && page.jobs[1].seq == 4 && page.jobs[2].seq == 6);
    lm_page_done(&page);
    ask.ascending = true;
    ask.max = 1;
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.n == 1 && page.total == 3);
    WANT(page.n == 1 && page.jobs[0].seq == 6);
    lm_page_done(&page);
    lm_store_close(s);
    folder_remove(folder);
}

enum { MANY = 60 };

/* The seqs of those asked for, page after page as `bytes` cuts them. -> how many */
static int paged(lm_store *s, lm_ask ask, int64_t seqs[MANY])
{
    limn_error err = { 0 };
    lm_page    page;
    bool       more;
    int        n = 0;

    do {
        WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.total <= MANY);
        for (int64_t i = 0; i < page.n && n < MANY; i++)
            seqs[n++] = page.jobs[i].seq;
        ask.from = page.next;
        more = page.more;
        lm_page_done(&page);
    } while (more && n < MANY);
    return n;
}

TEST(jobs_are_the_same_from_anywhere_and_in_pages_of_any_size)
{
    static const unsigned states[] = { 0, 1u << LM_JOB_SUCCESS, 1u << LM_JOB_PENDING | 1u << LM_JOB_SUCCESS };
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_submission in = asked(NULL);
    limn_error    err = { 0 };
    int64_t       all[MANY], some[MANY], removed;
    char          id[16];

    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "j%d", i);
        in.id = id;
        in.workflow = i % 3 ? "w1" : "w2";
        WANT(add_text(s, &in, &err) == LM_STORE_DONE);
        if (i < MANY - 15)
            run(s, 10 + i);
    }
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    for (int i = 5; i < MANY; i += 7) { /* holes */
        snprintf(id, sizeof id, "j%d", i);
        s->ops->forget(s, id, &removed, &err);
    }
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    for (int how = 0; how < 12; how++) {
        lm_ask    ask = { .list = LM_LIST_JOBS, .max = -1, .offset = -1, .ascending = how & 1,
                          .workflow = how & 2 ? "w1" : NULL, .states = states[how / 4] };
        const int n = paged(s, ask, all);

        WANT(n > 10 && n < MANY);
        for (ask.offset = 0; ask.offset <= n + 1; ask.offset += 1 + ask.offset % 4)
            for (ask.bytes = 1; ask.bytes <= 4096; ask.bytes *= 4096) {
                const int here = paged(s, ask, some), want = ask.offset < n ? n - (int)ask.offset : 0;

                WANT(here == want && !memcmp(some, all + (ask.offset < n ? ask.offset : 0), (size_t)want * sizeof *all));
            }
    }
    lm_store_close(s);
    folder_remove(folder);
}

TEST_MAIN
