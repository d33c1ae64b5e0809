/* store_folder.h: a store in a folder of its own, for tests that look at its files and at what it keeps. */
#ifndef LIMN_TESTS_STORE_FOLDER_H
#define LIMN_TESTS_STORE_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "tests/web/store_for_tests.h"

static char folder[TEMPORARY_PATH + 16];

static inline char *path_of(const char *name)
{
    static char out[sizeof folder + 304];

    snprintf(out, sizeof out, "%s/%s", folder, name);
    return out;
}

static inline void sql(const char *text)
{
    sqlite3 *db;

    WANT(sqlite3_open(path_of("limn.sqlite"), &db) == SQLITE_OK);
    WANT(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static inline lm_outcome add_text(lm_store *s, const lm_submission *in, limn_error *err)
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

static inline lm_outcome add(lm_store *s, const char *id)
{
    const lm_submission in = asked(id);
    limn_error          err = { 0 };

    return add_text(s, &in, &err);
}

/* Runs the next job; its seq. */
static inline int64_t run(lm_store *s, int64_t ended_ms)
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

static inline void tidy(lm_store *s, int64_t now_ms)
{
    limn_error err = { 0 };
    bool       more = true;

    while (more && s->ops->begin(s, &err) == LM_STORE_DONE) {
        WANT(s->ops->tidy(s, now_ms, &more, &err) == LM_STORE_DONE);
        WANT(s->ops->commit(s, &err) == LM_STORE_DONE);
    }
    WANT(s->ops->settle(s, &err) == LM_STORE_DONE);
}

static inline int64_t history(lm_store *s)
{
    lm_tally t;

    s->ops->count(s, &t);
    return t.history;
}

/* The name in the folder that contains `part`. */
static inline bool there_is(const char *part, char out[300])
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

#endif
