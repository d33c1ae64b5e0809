/* store_rows_test.c: rows that are damaged, numbers at their ends, places that are taken, and lists in pages. */
#include <float.h>

#include "tests/web/store_folder.h"

/* ---------------------------------------------------------------- damaged rows */

static const lm_ask everything = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1 };

/* A job whose prompt is kept deflated, and one whose is not, changed by `change`: are they seen as damaged? */
static int damaged_by(const char *change)
{
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_submission in = asked("a");
    char          words[4000];
    limn_error    err = { 0 };
    lm_page       page;
    int           n = 0;

    memset(words, 'x', sizeof words);
    in.prompt = (lm_blob){ words, sizeof words };
    WANT(add_text(s, &in, &err) == LM_STORE_DONE && add(s, "b") == LM_STORE_DONE);
    lm_store_close(s);
    sql(change);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s->ops->list(s, &everything, &page, &err) == LM_STORE_DONE && page.n == 2);
    for (int64_t i = 0; i < page.n; i++) {
        n += page.jobs[i].damaged;
        WANT(!page.jobs[i].damaged || !page.jobs[i].prompt.size);
    }
    lm_page_done(&page);
    lm_store_close(s);
    folder_remove(folder);
    return n;
}

TEST(a_text_that_is_not_what_it_says_is_damaged)
{
    WANT(damaged_by("SELECT 1") == 0);
    WANT(damaged_by("UPDATE asked SET prompt_size = -1") == 2);
    WANT(damaged_by("UPDATE asked SET prompt_size = 1 << 40") == 2);
    WANT(damaged_by("UPDATE asked SET prompt_size = prompt_size + 1") == 2); /* it inflates to less */
    WANT(damaged_by("UPDATE asked SET prompt_size = prompt_size - 1") == 2); /* … to more */
    WANT(damaged_by("UPDATE asked SET prompt = x''") == 2);
    WANT(damaged_by("UPDATE asked SET prompt = x'00', prompt_size = 9 WHERE seq = 1") == 1);
    WANT(damaged_by("DELETE FROM asked WHERE seq = 2") == 1);
}

/* A database is read whole only while it is small; of a large one, the rows that decide. */
TEST(a_large_database_is_looked_at_where_it_matters)
{
    static const char *const spoilt[] = { "told", "ledger", "job" };
    char                    *noise = lm_alloc(1 << 20);
    chance                   luck = { 5 };
    char                     name[300], line[400];
    limn_error               err = { 0 };

    for (int i = 0; i < 1 << 20; i++)
        noise[i] = (char)chance_next(&luck);
    for (int which = 0; which < 3; which++) {
        lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
        lm_submission in = asked("large");

        in.prompt = (lm_blob){ noise, 1 << 20 };
        for (int i = 0; i < 10; i++)
            WANT(add_text(s, &in, &err) == LM_STORE_DONE);
        run(s, 9);
        lm_store_close(s);
        /* its root is another table's: pages that are there twice */
        snprintf(line, sizeof line, "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM"
                 " sqlite_master WHERE name = 'asked') WHERE name = '%s'", spoilt[which]);
        sql(line);
        s = store_open(folder, NULL, (lm_keep){ 0 });
        WANT(s != NULL && there_is("damaged", name) == (which > 0));
        lm_store_close(s);
        folder_remove(folder);
    }
    lm_free(noise);
}

static bool is_strange(const char *how)
{
    const lm_store_options o = { .folder = folder_new(folder) };
    limn_error             err = { 0 };
    lm_store              *s;
    bool                   strange;
    char                   name[300];

    lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    sql(how);
    s = lm_store_open(&o, &err);
    strange = !s && strstr(err.text, "another program's");
    WANT(!there_is("damaged", name));
    lm_store_close(s);
    folder_remove(folder);
    return strange;
}

TEST(a_strangers_database_is_told_by_its_marks)
{
    WANT(is_strange("PRAGMA user_version = -1"));
    WANT(is_strange("PRAGMA application_id = 0"));
    WANT(is_strange("PRAGMA application_id = 7; PRAGMA user_version = 0"));
    WANT(!is_strange("SELECT 1"));
}

/* Rows that came past the store, while it is open, are nobody's: they cost nothing but themselves. */
TEST(jobs_that_nobody_counted_do_no_harm)
{
    lm_store   *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    const char *ids[] = { "a" };
    limn_error  err = { 0 };
    int64_t     moved;

    WANT(add(s, "a") == LM_STORE_DONE && add(s, "b") == LM_STORE_DONE);
    sql("INSERT INTO job (seq, id, client, workflow, number, state, created_ms, bytes)"
        " VALUES (100, 'x', '', '', 50, 0, 1, 1), (101, 'y', '', '', 51, 0, 1, 1)");
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    WANT(s->ops->move(s, ids, 1, NULL, &moved, &err) == LM_STORE_DONE && moved == 1);
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    lm_store_close(s);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- places */

TEST(a_folder_may_be_named_from_where_one_stands)
{
    char        outer[TEMPORARY_PATH], here[4096];
    struct stat st;

    WANT(getcwd(here, sizeof here) && !chdir(folder_new(outer)));
    lm_store_close(store_open("state", NULL, (lm_keep){ 0 }));
    WANT(!stat("state/limn.sqlite", &st));
    lm_store_close(store_open("one/two", NULL, (lm_keep){ 0 }));
    WANT(!stat("one/two/limn.sqlite", &st));
    WANT(!chdir(here));
    folder_remove(outer);
}

TEST(a_link_in_the_place_of_a_file_is_not_followed)
{
    static const char *const names[] = { "limn.sqlite", "limn.lock" };

    for (int i = 0; i < 2; i++) {
        const lm_store_options o = { .folder = folder_new(folder) };
        limn_error             err = { 0 };

        WANT(!symlink("elsewhere", path_of(names[i])));
        WANT(!lm_store_open(&o, &err) && err.code == LIMN_FILE && *err.text);
        WANT(access(path_of("elsewhere"), F_OK));
        folder_remove(folder);
    }
}

TEST(a_folder_at_the_root_has_a_folder_above_it)
{
    const lm_store_options o = { .folder = "/proc" }; /* in which nobody makes a file */
    limn_error             err = { 0 };

    WANT(!lm_store_open(&o, &err) && strstr(err.text, "cannot be used"));
}

/* ---------------------------------------------------------------- numbers at their ends */

static lm_outcome add_at(lm_store *s, const char *id, double number)
{
    lm_submission in = asked(id);
    limn_error    err = { 0 };

    in.numbered = true;
    in.number = number;
    return add_text(s, &in, &err);
}

static lm_outcome move_one(lm_store *s, const char *id, const char *before, limn_error *err)
{
    const char *ids[] = { id };
    int64_t     moved;
    lm_outcome  o;

    *err = (limn_error){ 0 };
    WANT(s->ops->begin(s, err) == LM_STORE_DONE);
    o = s->ops->move(s, ids, 1, before, &moved, err);
    if (o == LM_STORE_DONE)
        WANT(s->ops->commit(s, err) == LM_STORE_DONE);
    else
        s->ops->undo(s);
    return o;
}

/* The ids of those that wait, in their order. */
static const char *order(lm_store *s)
{
    static char  out[256];
    lm_ask       ask = { .list = LM_LIST_QUEUE, .max = -1 };
    limn_error   err = { 0 };
    lm_page      page;

    *out = 0;
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE);
    for (int64_t i = 0; i < page.n; i++)
        strcat(out, page.jobs[i].id);
    lm_page_done(&page);
    return out;
}

TEST(a_job_may_stand_in_front_of_the_largest_numbers)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err;

    WANT(add_at(s, "a", -1e300) == LM_STORE_DONE && add_at(s, "b", 0) == LM_STORE_DONE);
    WANT(move_one(s, "b", "a", &err) == LM_STORE_DONE); /* -1e300 - 1 is -1e300 */
    WANT_TEXT(order(s), "ba");
    WANT(add_at(s, "c", -DBL_MAX) == LM_STORE_DONE);
    WANT(move_one(s, "b", "c", &err) == LM_STORE_REFUSED && strstr(err.text, "no number between"));
    WANT_TEXT(order(s), "cba");
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_job_may_stand_behind_the_largest_numbers)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err;

    WANT(add_at(s, "a", 1) == LM_STORE_DONE && add_at(s, "b", 5000) == LM_STORE_DONE);
    WANT(move_one(s, "a", NULL, &err) == LM_STORE_DONE); /* the counter is far below */
    WANT_TEXT(order(s), "ba");
    WANT(add_at(s, "c", 1e300) == LM_STORE_DONE && move_one(s, "b", NULL, &err) == LM_STORE_DONE);
    WANT_TEXT(order(s), "acb");
    WANT(add_at(s, "d", DBL_MAX) == LM_STORE_DONE);
    WANT(move_one(s, "b", NULL, &err) == LM_STORE_REFUSED);
    WANT_TEXT(order(s), "acbd");
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_move_of_nobody_changes_nothing)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error err;

    WANT(add(s, "a") == LM_STORE_DONE && add(s, "b") == LM_STORE_DONE);
    WANT(move_one(s, "nobody", "a", &err) == LM_STORE_DONE && move_one(s, "nobody", NULL, &err) == LM_STORE_DONE);
    WANT(move_one(s, "a", "nobody", &err) == LM_STORE_NOTHING && strstr(err.text, "does not wait"));
    WANT_TEXT(order(s), "ab");
    lm_store_close(s);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- lists in pages */

/* The ids of all pages, one entry a page, and what texts came with them. */
static const char *pages(lm_store *s, lm_ask ask, bool all_texts)
{
    static char out[512];
    limn_error  err = { 0 };
    lm_page     page;
    bool        more = true;

    *out = 0;
    ask.bytes = 1;
    while (more && s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE) {
        for (int64_t i = 0; i < page.n; i++) {
            strcat(out, page.jobs[i].id);
            WANT((page.jobs[i].prompt.at != NULL) == all_texts);
        }
        WANT(page.n <= 1 || !page.more);
        more = page.more;
        ask.from = page.next;
        lm_page_done(&page);
    }
    WANT(!more && err.code == LIMN_OK);
    return out;
}

static void leave_running(lm_store *s)
{
    limn_error err = { 0 };
    lm_job     job;

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE && s->ops->lease(s, "w", 5, &job, &err) == LM_STORE_DONE);
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    lm_job_done(&job);
}

TEST(a_page_leads_to_the_next_whatever_is_listed)
{
    static const char *const names = "abcdefgh";
    lm_store                *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_ask                   ask = { .max = -1, .offset = -1 };

    for (int i = 0; i < 8; i++) {
        const char id[2] = { names[i], 0 };

        WANT(add(s, id) == LM_STORE_DONE);
        if (i < 4)
            run(s, i + 1);
        else if (i < 6)
            leave_running(s);
    }
    for (int texts = LM_TEXTS_NONE; texts <= LM_TEXTS_ALL; texts++) {
        ask.texts = (lm_store_texts)texts;
        ask.list = LM_LIST_QUEUE;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "efgh");
        ask.list = LM_LIST_HISTORY;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "abcd");
        ask.max = 3;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "bcd");
        ask.offset = 1;
        ask.max = 2;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "bc");
        ask.list = LM_LIST_JOBS;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "gf");
        ask.max = ask.offset = -1;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "hgfedcba");
        ask.ascending = true;
        ask.states = 1 << LM_JOB_SUCCESS;
        WANT_TEXT(pages(s, ask, texts == LM_TEXTS_ALL), "abcd");
        ask.ascending = false;
        ask.states = 0;
    }
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_summary_comes_with_a_short_list)
{
    lm_store  *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_ask     ask = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_SUMMARY, .max = -1, .offset = -1 };
    limn_error err = { 0 };
    lm_page    page;
    lm_job     job;

    WANT(add(s, "a") == LM_STORE_DONE);
    run(s, 9);
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.n == 1);
    WANT_TEXT(page.jobs[0].summary.at, "{}");
    WANT(!page.jobs[0].outputs.at && !page.jobs[0].prompt.at);
    lm_page_done(&page);
    WANT(s->ops->find(s, "a", 0, LM_TEXTS_SUMMARY, &job, &err) == LM_STORE_DONE);
    WANT_TEXT(job.summary.at, "{}");
    lm_job_done(&job);
    WANT(s->ops->find(s, "a", 1 << LM_JOB_PENDING, LM_TEXTS_NONE, &job, &err) == LM_STORE_NOTHING && !job.id);
    lm_store_close(s);
    folder_remove(folder);
}

/* ---------------------------------------------------------------- what leaves */

/* Never more than a short step at a time. */
TEST(a_long_history_leaves_in_steps)
{
    const lm_keep keep = { .entries = 10 };
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    limn_error    err = { 0 };
    int           steps = 0;
    bool          more = true;

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    for (int i = 0; i < 400; i++) {
        const lm_submission in = asked(NULL);
        const lm_result     r = told(LM_JOB_SUCCESS, i);
        lm_job              job;

        WANT(s->ops->add(s, &in, &job, &err) == LM_STORE_DONE);
        lm_job_done(&job);
        WANT(s->ops->lease(s, "w", 1, &job, &err) == LM_STORE_DONE);
        WANT(s->ops->finish(s, job.seq, job.epoch, &r, &err) == LM_STORE_DONE);
        lm_job_done(&job);
    }
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE && history(s) == 400);
    lm_store_close(s);
    s = store_open(folder, NULL, keep);
    for (; more && steps < 100; steps++) {
        const int64_t before = history(s);

        WANT(s->ops->begin(s, &err) == LM_STORE_DONE && s->ops->tidy(s, 1, &more, &err) == LM_STORE_DONE);
        WANT(s->ops->commit(s, &err) == LM_STORE_DONE && before - history(s) <= 256);
    }
    WANT(history(s) == 10 && steps >= 6); /* 390 rows, 64 at a time */
    lm_store_close(s);
    folder_remove(folder);
}

/* The writer lengthens the log while nobody waits; what is committed then is there all the same. */
TEST(the_writer_makes_room_in_the_log_and_nobody_else)
{
    lm_store   *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 }), *reader;
    limn_error  err = { 0 };
    struct stat before, after;
    int         steps = 0;

    WANT(add(s, "a") == LM_STORE_DONE && !stat(path_of("limn.sqlite-wal"), &before));
    WANT((reader = lm_store_reader(s, &err)) && !reader->ops->make_room(reader, 1 << 20));
    WANT(!stat(path_of("limn.sqlite-wal"), &after) && after.st_size == before.st_size);
    while (s->ops->make_room(s, 1 << 20) && steps < 100)
        steps++;
    WANT(steps > 1 && steps < 100 && !stat(path_of("limn.sqlite-wal"), &after) && after.st_size >= 1 << 20);
    WANT(add(s, "b") == LM_STORE_DONE && add(s, "c") == LM_STORE_DONE);
    WANT_TEXT(order(s), "abc");
    lm_store_close(reader);
    lm_store_close(s);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT_TEXT(order(s), "abc");
    lm_store_close(s);
    folder_remove(folder);
}

TEST_MAIN
