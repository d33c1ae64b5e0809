/* thumbs.c: small pictures kept on the disk: each a file, its bytes and behind them their hash. */
#include "web/server/thumbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "web/server/bounded.h"

enum { MOST_ONE = 4 << 20, SUM = sizeof(lm_hash), TOUCH_S = 3600 };

struct lm_thumbs {
    lm_bounded kept;
};

lm_thumbs *lm_thumbs_new(const char *folder, uint64_t most)
{
    lm_thumbs *t = lm_alloc(sizeof *t);

    lm_bounded_init(&t->kept, folder, most, false, lm_bounded_by_time);
    return t;
}

void lm_thumbs_free(lm_thumbs *t)
{
    if (!t)
        return;
    lm_bounded_done(&t->kept);
    lm_free(t);
}

void lm_thumbs_key(const char *root, const char *name, const char *tag, char key[LM_THUMB_KEY])
{
    const lm_hash h = lm_hash_text(lm_hash_text(lm_hash_text(lm_hash_start(), root), name), tag);

    snprintf(key, LM_THUMB_KEY, "%016llx%016llx", (unsigned long long)h.a, (unsigned long long)h.b);
}

static bool is_whole(const char *bytes, size_t n)
{
    const lm_hash h = lm_hash_add(lm_hash_start(), bytes, n);

    return !memcmp(&h, bytes + n, SUM);
}

/* Who was looked at stays longer; the disk is told once an hour. */
static void touch(int fd)
{
    struct stat st;

    if (!fstat(fd, &st) && time(NULL) - st.st_mtime > TOUCH_S)
        futimens(fd, NULL);
}

char *lm_thumbs_get(lm_thumbs *t, const char *key, size_t *n)
{
    const int fd = lm_tree_file(t->kept.folder, key);
    size_t    whole;
    char     *bytes = fd < 0 ? NULL : lm_bounded_read(fd, MOST_ONE, &whole);

    if (bytes && whole > SUM && is_whole(bytes, *n = whole - SUM)) {
        touch(fd);
    } else {
        lm_free(bytes);
        bytes = NULL;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

void lm_thumbs_put(lm_thumbs *t, const char *key, const char *bytes, size_t n)
{
    const lm_hash  h = lm_hash_add(lm_hash_start(), bytes, n);
    const lm_slice pieces[] = { { bytes, n }, { (const char *)&h, SUM } };

    if (n > MOST_ONE - SUM || !lm_bounded_put(&t->kept, key, pieces, 2, true))
        return;
    pthread_mutex_lock(&t->kept.lock);
    lm_bounded_grew(&t->kept, n + SUM);
    pthread_mutex_unlock(&t->kept.lock);
}
