/* labels.c: labels are kept, found and told. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/queue/labels_base.h"

/* ------------------------------------------------------------------ keeping */

static bool put(lm_labels *l, const lm_label *label)
{
    const char *const texts[] = { label->job, label->name, label->words };
    sqlite3_stmt     *at = lm_labels_statement(l, LM_LABELS_PUT);
    bool              fine;

    if (!at)
        return false;
    sqlite3_bind_text(at, 1, label->path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(at, 2, label->modified_ms);
    for (int i = 0; i < 3; i++)
        sqlite3_bind_text(at, 3 + i, texts[i] ? texts[i] : "", -1, SQLITE_STATIC);
    fine = lm_labels_well(l, sqlite3_step(at));
    lm_labels_rest(at);
    if (fine)
        lm_states_add(&l->known, label->path, label->modified_ms);
    return fine;
}

static bool with_number(lm_labels *l, lm_labels_sql which, int64_t n)
{
    sqlite3_stmt *at = lm_labels_statement(l, which);
    bool          fine;

    if (!at)
        return false;
    sqlite3_bind_int64(at, 1, n);
    fine = lm_labels_well(l, sqlite3_step(at));
    lm_labels_rest(at);
    return fine;
}

/* The set forgets what left when it is twice as large as what is there. */
static bool trim(lm_labels *l)
{
    const int64_t n = l->known.n > LM_LABELS_MOST ? lm_labels_number(l, LM_LABELS_COUNT) : 0;

    if (n > LM_LABELS_MOST && !with_number(l, LM_LABELS_TRIM, n - LM_LABELS_MOST))
        return false;
    return l->known.n < 2 * (size_t)LM_LABELS_MOST || lm_labels_know(l);
}

/* What was not kept is not known either, so that it can be tried again. */
static void undo(lm_labels *l)
{
    if (!sqlite3_get_autocommit(l->db))
        lm_labels_run(l, "ROLLBACK");
    lm_labels_know(l);
}

bool lm_labels_put(lm_labels *l, const lm_label *at, size_t n, int64_t followed)
{
    bool fine;

    pthread_mutex_lock(&l->lock);
    fine = lm_labels_run(l, "BEGIN");
    for (size_t i = 0; i < n && fine; i++)
        fine = put(l, &at[i]);
    fine = fine && (followed < 0 || with_number(l, LM_LABELS_FOLLOW, followed)) && trim(l) && lm_labels_run(l, "COMMIT");
    if (!fine)
        undo(l);
    pthread_mutex_unlock(&l->lock);
    return fine;
}

/* ------------------------------------------------------------------ asking */

bool lm_labels_has(lm_labels *l, const char *path, int64_t modified_ms)
{
    bool found;

    pthread_mutex_lock(&l->lock);
    found = lm_states_has(&l->known, path, modified_ms);
    pthread_mutex_unlock(&l->lock);
    return found;
}

bool lm_labels_tell(lm_labels *l, const char *path, int64_t modified_ms, lm_text *job, lm_text *name)
{
    sqlite3_stmt *at;
    bool          found;

    pthread_mutex_lock(&l->lock);
    at = lm_states_has(&l->known, path, modified_ms) ? lm_labels_statement(l, LM_LABELS_TELL) : NULL;
    if (at) {
        sqlite3_bind_text(at, 1, path, -1, SQLITE_STATIC);
        sqlite3_bind_int64(at, 2, modified_ms);
    }
    found = lm_labels_next(l, at);
    if (found) {
        lm_text_puts(job, lm_labels_text(at, 0));
        lm_text_puts(name, lm_labels_text(at, 1));
    }
    lm_labels_rest(at);
    pthread_mutex_unlock(&l->lock);
    return found;
}

/* Of a word the first letters count. */
bool lm_words_all_in(const char *words, const char *text)
{
    char word[200];

    for (size_t n; *(words += strspn(words, " \t\r\n")); words += n) {
        const size_t most = (n = strcspn(words, " \t\r\n")) < sizeof word ? n : sizeof word - 1;

        memcpy(word, words, most);
        word[most] = '\0';
        if (!strcasestr(text, word))
            return false;
    }
    return true;
}

lm_states lm_labels_find(lm_labels *l, const char *words)
{
    lm_states     out = { 0 };
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = lm_labels_statement(l, LM_LABELS_ALL);
    while (lm_labels_next(l, at))
        if (lm_words_all_in(words, lm_labels_text(at, 2)))
            lm_states_add(&out, lm_labels_text(at, 0), sqlite3_column_int64(at, 1));
    lm_labels_rest(at);
    pthread_mutex_unlock(&l->lock);
    return out;
}

void lm_labels_newest(lm_labels *l, void *self, void (*each)(void *self, const lm_label *label))
{
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = lm_labels_statement(l, LM_LABELS_NEWEST);
    while (lm_labels_next(l, at)) {
        const lm_label label = { lm_labels_text(at, 0), sqlite3_column_int64(at, 1), lm_labels_text(at, 2),
                                 lm_labels_text(at, 3), "" };

        each(self, &label);
    }
    lm_labels_rest(at);
    pthread_mutex_unlock(&l->lock);
}

void lm_labels_words(lm_labels *l, void *self, void (*each)(void *self, const char *words))
{
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = lm_labels_statement(l, LM_LABELS_ALL);
    while (lm_labels_next(l, at))
        each(self, lm_labels_text(at, 2));
    lm_labels_rest(at);
    pthread_mutex_unlock(&l->lock);
}
