/* store_test.c: how a store is opened, and what becomes of a damaged one. */
#include "tests/web/store_folder.h"

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
    char        outer[TEMPORARY_PATH];
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
    limn_error             newer = { 0 }, strange = { 0 }, unsigned_ = { 0 };
    char                   name[300];

    lm_store_close(store_open(folder, NULL, (lm_keep){ 0 }));
    sql("PRAGMA user_version = 99");
    WANT(!lm_store_open(&o, &newer) && strstr(newer.text, "newer limn"));
    sql("PRAGMA application_id = 7");
    sql("PRAGMA user_version = 3");
    WANT(!lm_store_open(&o, &strange) && strstr(strange.text, "another program"));
    sql("PRAGMA application_id = 0");
    sql("PRAGMA user_version = 0");
    WANT(!lm_store_open(&o, &unsigned_) && strstr(unsigned_.text, "another program"));
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

TEST_MAIN
