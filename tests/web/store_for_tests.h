/* store_for_tests.h: a store, a submission and a result in a line each. */
#ifndef LIMN_TESTS_WEB_STORE_H
#define LIMN_TESTS_WEB_STORE_H

#include "core/base/alloc.h"
#include "tests/test.h"
#include "tests/web/chance.h"
#include "tests/web/folder.h"
#include "web/queue/store.h"

/* How often, unless the environment says LIMN_ROUNDS=n. */
static inline int rounds(int usual)
{
    const char *n = getenv("LIMN_ROUNDS");

    return n ? atoi(n) : usual;
}

static inline lm_blob blob(const char *text)
{
    return (lm_blob){ (char *)text, strlen(text) };
}

static inline lm_blob blob_new(const char *text)
{
    return (lm_blob){ lm_copy_text(text), strlen(text) };
}

static inline lm_store *store_open(const char *folder, const char *vfs, lm_keep keep)
{
    const lm_store_options o = { .folder = folder, .vfs = vfs, .keep = keep, .now_ms = 1000 };
    limn_error             err = { 0 };
    lm_store              *s = lm_store_open(&o, &err);

    if (!s && !vfs)
        printf("cannot open: %s\n", err.text);
    return s;
}

static inline lm_submission asked(const char *id)
{
    return (lm_submission){ .id = id, .client = "c", .prompt = blob("{}"), .extra = blob("{}"), .created_ms = 1 };
}

static inline lm_result told(lm_job_state state, int64_t ended_ms)
{
    return (lm_result){ state, blob("[]"), blob("{}"), blob("{}"), blob("{}"), ended_ms };
}

#endif
