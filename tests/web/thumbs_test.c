/* thumbs_test.c: small pictures on the disk: they come back, the oldest leave, and what is damaged is none. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "tests/test.h"
#include "tests/web/folder.h"
#include "web/server/thumbs.h"

static char folder[TEMPORARY_PATH];

static void key_of(int i, char key[LM_THUMB_KEY])
{
    char name[32];

    snprintf(name, sizeof name, "picture %d", i);
    lm_thumbs_key("/root", name, "tag", key);
}

static void put(lm_thumbs *t, int i, size_t n)
{
    char *bytes = lm_alloc(n), key[LM_THUMB_KEY];

    memset(bytes, 'a' + i % 26, n);
    key_of(i, key);
    lm_thumbs_put(t, key, bytes, n);
    lm_free(bytes);
}

/* Is it there, and what it was? */
static bool has(lm_thumbs *t, int i, size_t n)
{
    char   key[LM_THUMB_KEY], *bytes;
    size_t got = 0;
    bool   well;

    key_of(i, key);
    bytes = lm_thumbs_get(t, key, &got);
    well = bytes && got == n && bytes[0] == 'a' + i % 26 && bytes[n - 1] == bytes[0];
    lm_free(bytes);
    return well;
}

static uint64_t held(int *files)
{
    lm_tree_list all = { 0 };
    uint64_t     bytes = 0;

    *files = 0;
    if (lm_tree_each(folder, "", false, NULL, &all))
        for (size_t i = 0; i < all.n; i++, ++*files)
            bytes += all.at[i].bytes;
    lm_tree_list_done(&all);
    return bytes;
}

/* As if it had been made so long ago. */
static void age(int i, int seconds)
{
    char            key[LM_THUMB_KEY];
    lm_text         path = { 0 };
    struct timespec times[2] = { { .tv_sec = time(NULL) - seconds }, { .tv_sec = time(NULL) - seconds } };

    key_of(i, key);
    lm_text_printf(&path, "%s/%s", folder, key);
    WANT(!utimensat(AT_FDCWD, path.at, times, 0));
    lm_text_done(&path);
}

TEST(what_was_put_comes_back_also_after_a_start)
{
    lm_thumbs *t = lm_thumbs_new(folder_new(folder), 1 << 20);

    WANT(!has(t, 1, 1000));
    put(t, 1, 1000);
    put(t, 2, 1);
    put(t, 1, 2000); /* another one in its place */
    WANT(has(t, 1, 2000) && has(t, 2, 1) && !has(t, 3, 1));
    lm_thumbs_free(t);
    t = lm_thumbs_new(folder, 1 << 20);
    WANT(has(t, 1, 2000) && has(t, 2, 1));
    lm_thumbs_free(t);
    folder_remove(folder);
}

TEST(those_that_were_used_longest_ago_leave)
{
    lm_thumbs *t = lm_thumbs_new(folder_new(folder), 20000);
    int        files;

    for (int i = 0; i < 19; i++) {
        put(t, i, 1000);
        age(i, 100000 - i);
    }
    WANT(has(t, 0, 1000)); /* looked at: it is the youngest now */
    put(t, 19, 1000);
    WANT(held(&files) <= 15000 && files < 16);
    WANT(has(t, 0, 1000) && has(t, 19, 1000) && !has(t, 1, 1000) && !has(t, 4, 1000));
    for (int i = 20; i < 200; i++)
        put(t, i, 1000);
    WANT(held(&files) <= 20000 && has(t, 199, 1000));
    lm_thumbs_free(t);
    t = lm_thumbs_new(folder, 5000); /* less room after a start */
    put(t, 7, 100);
    WANT(held(&files) <= 5000);
    lm_thumbs_free(t);
    folder_remove(folder);
}

TEST(what_is_damaged_or_too_large_is_not_there)
{
    lm_thumbs *t = lm_thumbs_new(folder_new(folder), 1 << 20);
    char       key[LM_THUMB_KEY];
    lm_text    path = { 0 };
    int        files;

    put(t, 1, 5000);
    key_of(1, key);
    lm_text_printf(&path, "%s/%s", folder, key);
    WANT(!truncate(path.at, 3000) && !has(t, 1, 5000));
    WANT(!truncate(path.at, 5016) && !has(t, 1, 5000)); /* as long as before, and zeros */
    WANT(!truncate(path.at, 3) && !has(t, 1, 5000));
    put(t, 1, 5000);
    WANT(has(t, 1, 5000));
    put(t, 2, (size_t)8 << 20);
    WANT(!has(t, 2, (size_t)8 << 20) && held(&files) == 5016);
    lm_text_done(&path);
    lm_thumbs_free(t);
    folder_remove(folder);
    t = lm_thumbs_new("/proc/nothing", 1 << 20);
    put(t, 1, 10);
    WANT(!has(t, 1, 10));
    lm_thumbs_free(t);
}

static void *busy(void *self)
{
    for (int i = 0; i < 60; i++) {
        put(self, i % 9, 1000);
        has(self, (i + 4) % 9, 1000);
    }
    return NULL;
}

TEST(several_threads_may_use_it)
{
    lm_thumbs *t = lm_thumbs_new(folder_new(folder), 6000);
    pthread_t  threads[4];
    int        files;

    for (int i = 0; i < 4; i++)
        WANT(!pthread_create(&threads[i], NULL, busy, t));
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    put(t, 1, 1000);
    WANT(has(t, 1, 1000) && held(&files) <= 9 * 1016);
    lm_thumbs_free(t);
    folder_remove(folder);
}

TEST_MAIN
