/* The store's edges: bounds, damage, versions, other processes, and what the history may keep. */
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "tests/web/store_for_tests.h"

static char folder[96];

static char *path_of(const char *name)
{
    static char out[400];

    snprintf(out, sizeof out, "%s/%s", folder, name);
    return out;
}

static void sql(const char *text)
{
    sqlite3 *db;

    WANT(sqlite3_open(path_of("limn.sqlite"), &db) == SQLITE_OK);
    WANT(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static lm_outcome add_text(lm_store *s, const lm_submission *in, limn_error *err)
{
    lm_job     job = { 0 };
    lm_outcome o = s->ops->begin(s, err);

    if (o == LM_STORE_DONE)
        o = s->ops->add(s, in, &job, err);
    if (o == LM_STORE_DONE)
        o = s->ops->commit(s, err);
    else
        s->ops->undo(s);
    lm_job_done(&job);
    return o;
}

static lm_outcome add(lm_store *s, const char *id)
{
    const lm_submission in = asked(id);
    limn_error          err = { 0 };

    return add_text(s, &in, &err);
}

/* Runs the next job; its seq. */
static int64_t run(lm_store *s, int64_t ended_ms)
{
    const lm_result r = told(LM_JOB_SUCCESS, ended_ms);
    limn_error      err = { 0 };
    lm_job          job;
    int64_t         seq = 0;

    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    if (s->ops->lease(s, "w", 1, &job, &err) == LM_STORE_DONE) {
        seq = job.seq;
        WANT(s->ops->finish(s, seq, job.epoch, &r, &err) == LM_STORE_DONE);
    }
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    lm_job_done(&job);
    return seq;
}

static void tidy(lm_store *s, int64_t now_ms)
{
    limn_error err = { 0 };
    bool       more = true;

    while (more && s->ops->begin(s, &err) == LM_STORE_DONE) {
        WANT(s->ops->tidy(s, now_ms, &more, &err) == LM_STORE_DONE);
        WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    }
    WANT(s->ops->settle(s, &err) == LM_STORE_DONE);
}

static int64_t history(lm_store *s)
{
    lm_tally t;

    s->ops->count(s, &t);
    return t.history;
}

/* The name in the folder that contains `part`. */
static bool there_is(const char *part, char out[300])
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    bool           found = false;

    while (d && (e = readdir(d)))
        if (strstr(e->d_name, part) && !strstr(e->d_name, "-wal") && !strstr(e->d_name, "-shm")) {
            snprintf(out, 300, "%s", e->d_name);
            found = true;
        }
    closedir(d);
    return found;
}

/* ---------------------------------------------------------------- opening */

TEST(only_one_process_serves_from_a_folder)
{
    const lm_store_options o = { .folder = folder_new(folder) };
    limn_error             err = { 0 };
    lm_store              *s = lm_store_open(&o, &err);

    WANT(s && !lm_store_open(&o, &err));
    WANT(strstr(err.text, "another limn is already serving"));
    lm_store_close(s);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s != NULL);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(the_folder_is_made_for_its_owner_alone)
{
    char        outer[64];
    struct stat st;
    lm_store   *s;

    folder_new(outer);
    snprintf(folder, sizeof folder, "%s/base/state", outer);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s && !stat(folder, &st) && (st.st_mode & 0777) == 0700);
    WANT(!stat(path_of("limn.sqlite"), &st) && (st.st_mode & 0777) == 0600);
    WANT(!stat(path_of("limn.sqlite-wal"), &st) && (st.st_mode & 0777) == 0600);
    lm_store_close(s);
    folder_remove(outer);
}

TEST(a_newer_version_and_a_stranger_are_left_alone)
{
    const lm_store_options o = { .folder = folder_new(folder) };
    limn_error             newer = { 0 }, strange = { 0 };
    char                   name[300];

    lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    sql("PRAGMA user_version = 99");
    WANT(!lm_store_open(&o, &newer) && strstr(newer.text, "newer limn"));
    sql("PRAGMA application_id = 7");
    sql("PRAGMA user_version = 1");
    WANT(!lm_store_open(&o, &strange) && strstr(strange.text, "another program"));
    WANT(!there_is("damaged", name));
    folder_remove(folder);
}

TEST(a_folder_that_cannot_be_used_is_told)
{
    const lm_store_options o = { .folder = "/proc/nothing/state" };
    limn_error             err = { 0 };

    WANT(!lm_store_open(&o, &err) && err.code == LIMN_FILE && strstr(err.text, "cannot be used"));
}

/* ---------------------------------------------------------------- damage */

static void overwrite(const char *name, int64_t at, const char *bytes, size_t n)
{
    const int fd = open(path_of(name), O_RDWR);

    WANT(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
    close(fd);
}

static void make_with_jobs(void)
{
    lm_store *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });

    for (int i = 0; i < 50; i++)
        WANT(add(s, NULL) == LM_STORE_DONE);
    lm_store_close(s);
}

/* A new, empty store stands there, and what was is beside it, byte for byte. */
static void is_put_aside(void)
{
    char      name[300], before[4096] = "", after[4096] = "";
    int       fd = open(path_of("limn.sqlite"), O_RDONLY);
    lm_store *s;

    WANT(read(fd, before, sizeof before) > 0);
    close(fd);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s && add(s, "new") == LM_STORE_DONE);
    WANT(there_is("limn.sqlite.damaged-", name));
    fd = open(path_of(name), O_RDONLY);
    WANT(read(fd, after, sizeof after) > 0 && !memcmp(before, after, sizeof before));
    close(fd);
    lm_store_close(s);
    folder_remove(folder);
}

TEST(a_file_that_is_no_database_is_put_aside)
{
    make_with_jobs();
    overwrite("limn.sqlite", 0, "this is a letter to my aunt", 27);
    is_put_aside();
}

TEST(a_damaged_database_is_put_aside)
{
    for (int64_t page = 1; page < 6; page++) {
        char garbage[600];

        memset(garbage, 0xa5, sizeof garbage);
        make_with_jobs();
        overwrite("limn.sqlite", page * 4096, garbage, sizeof garbage);
        is_put_aside();
    }
}

TEST(a_shortened_database_is_put_aside)
{
    make_with_jobs();
    WANT(!truncate(path_of("limn.sqlite"), 3 * 4096));
    is_put_aside();
}

static size_t file_read(const char *path, char *to, size_t most)
{
    FILE        *f = fopen(path, "rb");
    const size_t n = f ? fread(to, 1, most, f) : 0;

    if (f)
        fclose(f);
    return n;
}

/* What a killed limn left: a database and a log beside it. */
TEST(the_log_of_a_damaged_database_is_kept_with_it)
{
    enum { MOST = 1 << 20 };
    char      *db = lm_alloc(MOST), *log = lm_alloc(MOST), *kept = lm_alloc(MOST), name[300];
    limn_error err = { 0 };
    size_t     n_db, n_log;
    lm_store  *s;
    FILE      *f;

    make_with_jobs();
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(add(s, NULL) == LM_STORE_DONE && s->ops->settle(s, &err) == LM_STORE_DONE);
    WANT(add(s, "in the log") == LM_STORE_DONE);
    n_db = file_read(path_of("limn.sqlite"), db, MOST);
    n_log = file_read(path_of("limn.sqlite-wal"), log, MOST);
    lm_store_close(s);
    memset(db + 2 * 4096, 0xa5, n_db - 2 * 4096);
    f = fopen(path_of("limn.sqlite"), "wb");
    WANT(f && fwrite(db, 1, n_db, f) == n_db && !fclose(f));
    f = fopen(path_of("limn.sqlite-wal"), "wb");
    WANT(n_log > 4096 && f && fwrite(log, 1, n_log, f) == n_log && !fclose(f));
    lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    WANT(there_is("damaged", name) && file_read(path_of(name), kept, MOST) == n_db && !memcmp(kept, db, n_db));
    strcat(name, "-wal");
    WANT(file_read(path_of(name), kept, MOST) == n_log && !memcmp(kept, log, n_log));
    lm_free(db);
    lm_free(log);
    lm_free(kept);
    folder_remove(folder);
}

TEST(two_damaged_ones_in_a_second_keep_their_names)
{
    char name[300];
    int  n = 0;

    make_with_jobs();
    for (int i = 0; i < 3; i++) {
        overwrite("limn.sqlite", 0, "nonsense nonsense", 17);
        lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    }
    for (DIR *d = opendir(folder); d;) {
        struct dirent *e = readdir(d);

        if (!e) {
            closedir(d);
            break;
        }
        n += strstr(e->d_name, "damaged") && !strstr(e->d_name, "-wal") && !strstr(e->d_name, "-shm");
    }
    WANT(n == 3 && there_is("damaged", name));
    folder_remove(folder);
}

/* SQLite has no sums over its pages: bytes that changed inside a text are found when the text is opened. */
TEST(a_damaged_text_costs_its_own_job)
{
    lm_store     *s = store_open(folder_new(folder), NULL, (lm_keep){ 0 });
    lm_submission in = asked("spoilt");
    char          words[4000];
    limn_error    err = { 0 };
    lm_job        job;
    lm_page       page;
    const lm_ask  ask = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1 };

    memset(words, 'x', sizeof words);
    in.prompt = (lm_blob){ words, sizeof words };
    WANT(add_text(s, &in, &err) == LM_STORE_DONE && add(s, "sound") == LM_STORE_DONE);
    lm_store_close(s);
    sql("UPDATE asked SET prompt = zeroblob(length(prompt)) WHERE seq = 1");
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s->ops->begin(s, &err) == LM_STORE_DONE);
    WANT(s->ops->lease(s, "w", 5, &job, &err) == LM_STORE_DONE);
    WANT_TEXT(job.id, "sound");
    WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    lm_job_done(&job);
    WANT(s->ops->list(s, &ask, &page, &err) == LM_STORE_DONE && page.n == 1);
    WANT(page.n == 1 && page.jobs[0].state == LM_JOB_FAILED && page.jobs[0].damaged);
    WANT(page.n == 1 && strstr(page.jobs[0].messages.at, "other bytes"));
    lm_page_done(&page);
    lm_store_close(s);
    folder_remove(folder);
}

/* Damage that shows while limn runs is looked for at the next start, however large the database is. */
TEST(damage_met_while_running_is_remembered)
{
    char       garbage[8 * 4096], name[300];
    limn_error err = { 0 };
    lm_job     job;
    lm_store  *s, *reader;

    make_with_jobs();
    s = store_open(folder, NULL, (lm_keep){ 0 });
    reader = lm_store_reader(s, &err);
    memset(garbage, 0xa5, sizeof garbage);
    overwrite("limn.sqlite", 4096, garbage, sizeof garbage);
    WANT(reader->ops->find(reader, "x", 0, LM_TEXTS_ALL, &job, &err) == LM_STORE_BROKEN);
    WANT(err.code == LIMN_FILE && !access(path_of("limn.suspect"), F_OK));
    lm_store_close(reader);
    lm_store_close(s);
    s = store_open(folder, NULL, (lm_keep){ 0 });
    WANT(s && there_is("damaged", name) && access(path_of("limn.suspect"), F_OK));
    lm_store_close(s);
    folder_remove(folder);
}

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

TEST_MAIN
