/* labels_test.c: what is known of pictures, by their words; and when SQLite fails, or the file is another's. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "tests/test.h"
#include "tests/web/folder.h"
#include "tests/web/store_calls.h"
#include "web/queue/labels.h"

static char    folder[TEMPORARY_PATH];
static int64_t followed; /* as the last one that was opened says */

static const char *file(void)
{
    static char path[TEMPORARY_PATH + 32];

    snprintf(path, sizeof path, "%s/labels.sqlite", folder);
    return path;
}

static lm_labels *open_one(void)
{
    limn_error err = { 0 };
    lm_labels *l = lm_labels_open(folder, &err);

    WANT(l || (err.code == LIMN_FILE && strstr(err.text, "labels.sqlite cannot be used")));
    followed = l ? lm_labels_load(l) : -1;
    return l;
}

static const lm_label cats = { "a/cat.png", 5, "job-1", "Cats", "a Cat on a mat, seed 7" };
static const lm_label dogs = { "dog.png", 6, NULL, NULL, "a dog" };

static size_t count(lm_labels *l, const char *words)
{
    lm_states    s = lm_labels_find(l, words);
    const size_t n = s.n;

    lm_states_done(&s);
    return n;
}

static void name_of(void *self, const lm_label *label)
{
    lm_text *t = self;

    lm_text_printf(t, "%s:%s ", label->name, label->path);
}

static void join(void *self, const char *words)
{
    lm_text_printf(self, "%s|", words);
}

TEST(pictures_are_found_by_all_their_words)
{
    lm_label  both[] = { cats, dogs }, again = cats;
    lm_text   job = { 0 }, name = { 0 }, newest = { 0 }, all = { 0 };
    lm_states found;
    lm_labels *l = (folder_new(folder), open_one());

    lm_labels_close(NULL);
    WANT(followed == 0 && lm_labels_put(l, both, 2, 9) && lm_labels_put(l, both, 1, -1));
    WANT(count(l, "cat") == 1 && count(l, " MAT\tcat\n") == 1 && count(l, "a") == 2 && count(l, "cat dog") == 0 && count(l, "") == 2);
    found = lm_labels_find(l, "dog");
    WANT(lm_states_has(&found, "dog.png", 6) && !lm_states_has(&found, "dog.png", 7) && !lm_states_has(&found, "a/cat.png", 5));
    lm_states_done(&found);
    WANT(!lm_states_has(&found, "dog.png", 6)); /* an empty set has nothing */
    WANT(lm_labels_has(l, "a/cat.png", 5) && !lm_labels_has(l, "a/cat.png", 6));
    WANT(lm_labels_tell(l, "a/cat.png", 5, &job, &name) && !lm_labels_tell(l, "a/cat.png", 6, &job, &name));
    WANT_TEXT(job.at, "job-1");
    WANT_TEXT(name.at, "Cats");
    lm_labels_words(l, &all, join);
    WANT_TEXT(all.at, "a dog|a Cat on a mat, seed 7|");
    lm_text_done(&all);
    again.path = "b/cat.png";
    again.modified_ms = 50;
    WANT(lm_labels_put(l, &again, 1, -1));
    lm_labels_newest(l, &newest, name_of);
    WANT(strstr(lm_text_str(&newest), "Cats:b/cat.png") && !strstr(lm_text_str(&newest), "a/cat.png"));
    lm_labels_close(l);
    l = open_one(); /* as before */
    WANT(followed == 9 && lm_labels_has(l, "dog.png", 6) && count(l, "cat") == 2);
    lm_labels_close(l);
    lm_text_done(&job);
    lm_text_done(&name);
    lm_text_done(&newest);
    folder_remove(folder);
}

TEST(of_a_long_word_the_first_letters_count)
{
    char word[301], text[301];

    memset(word, 'w', 300);
    word[300] = 0;
    memset(text, 'w', 200);
    text[200] = 0;
    WANT(lm_words_all_in(word, text) && !lm_words_all_in(word, text + 10) && lm_words_all_in("", ""));
}

/* Whatever stands there, one begins anew. */
TEST(a_file_that_is_anothers_or_damaged_is_begun_anew)
{
    static const char *const spoilt[] = { "PRAGMA user_version = 99", "DROP TABLE label", NULL };

    for (int i = 0; i < 3; i++) {
        lm_labels *l = (folder_new(folder), open_one());
        sqlite3   *db;

        WANT(lm_labels_put(l, &cats, 1, 3));
        lm_labels_close(l);
        if (spoilt[i]) {
            WANT(sqlite3_open(file(), &db) == SQLITE_OK);
            sqlite3_exec(db, spoilt[i], NULL, NULL, NULL);
            sqlite3_close(db);
        } else {
            const int fd = open(file(), O_WRONLY | O_TRUNC);

            WANT(fd >= 0 && write(fd, "this is a letter to my aunt", 27) == 27);
            close(fd);
        }
        l = open_one();
        WANT(l && followed == 0 && lm_labels_put(l, &dogs, 1, 4) && count(l, "dog") == 1);
        lm_labels_close(l);
        folder_remove(folder);
    }
}

TEST(a_link_in_its_place_is_not_followed)
{
    folder_new(folder);
    WANT(!symlink("elsewhere", file()) && !open_one() && access("elsewhere", F_OK));
    folder_remove(folder);
}

static bool dead_end(int kind, int nth, int answer)
{
    lm_label   both[] = { cats, dogs };
    lm_text    job = { 0 }, name = { 0 };
    lm_labels *l = (folder_new(folder), NULL);
    bool       came;

    calls_fail(kind, nth, answer, false);
    if ((l = open_one())) {
        const bool kept = lm_labels_put(l, both, 2, 7);

        lm_labels_tell(l, "a/cat.png", 5, &job, &name);
        lm_labels_newest(l, &job, name_of);
        count(l, "cat");
        lm_labels_put(l, &dogs, 1, -1);
        came = calls_failed();
        calls_work();
        WANT(!kept || (lm_labels_has(l, "dog.png", 6) && count(l, "cat") == 1));
        WANT(lm_labels_has(l, "a/cat.png", 5) == lm_labels_tell(l, "a/cat.png", 5, &job, &name)); /* what was not kept is not known */
        lm_labels_close(l);
    } else {
        came = calls_failed();
        calls_work();
    }
    l = open_one(); /* afterwards all is well */
    WANT(l && lm_labels_put(l, both, 2, 8) && count(l, "a") == 2);
    lm_labels_close(l);
    lm_text_done(&job);
    lm_text_done(&name);
    folder_remove(folder);
    if (test_failures)
        printf("call %d, number %d\n", kind, nth);
    return came && !test_failures;
}

TEST(what_sqlite_refuses_costs_the_finding_and_nothing_else)
{
    static const int kinds[] = { CALL_SQLITE3_STEP, CALL_SQLITE3_PREPARE_V3, CALL_SQLITE3_PREPARE_V2, CALL_SQLITE3_EXEC,
                                 CALL_SQLITE3_OPEN_V2, CALL_SQLITE3_COLUMN_TEXT };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int n = 0;

        while (dead_end(kinds[i], n + 1, i % 2 ? SQLITE_NOMEM : SQLITE_FULL))
            n++;
        WANT(n > 0);
    }
}

TEST(the_oldest_labels_leave)
{
    enum { N = 2 * LM_LABELS_MOST + 10 };
    lm_label  *all = lm_alloc_array(N, sizeof *all);
    char      *paths = lm_alloc_array(N, 12);
    lm_labels *l = (folder_new(folder), open_one());

    for (int i = 0; i < N; i++) {
        snprintf(paths + 12 * i, 12, "%d.png", i);
        all[i] = (lm_label){ paths + 12 * i, i, "", "", "w" };
    }
    WANT(lm_labels_put(l, all, LM_LABELS_MOST + 5, 1));
    WANT(count(l, "w") == LM_LABELS_MOST);
    WANT(lm_labels_put(l, all + LM_LABELS_MOST + 5, N - LM_LABELS_MOST - 5, 2));
    WANT(count(l, "w") == LM_LABELS_MOST);
    WANT(!lm_labels_has(l, "0.png", 0) && lm_labels_has(l, paths + 12 * (N - 1), N - 1));
    lm_labels_close(l);
    lm_free(all);
    lm_free(paths);
    folder_remove(folder);
}

TEST_MAIN
