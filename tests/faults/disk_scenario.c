/* disk_scenario.c: keeps three results in the folder argv[1], and looks for them, while the shim lets calls fail.
 * Status 0: each is there as it was, or not there; 4: the folder cannot be used; 99: a wrong one was given, or,
 * with a second argument, one on disk is damaged. */
#include <stdio.h>

#include "core/graph/cache_disk.h"

enum { N = 3, WRONG = 99 };

static lm_hash key_of(int i)
{
    return lm_hash_u64(lm_hash_start(), (uint64_t)i);
}

static bool write_one(lm_cache_disk *d, int i)
{
    limn_value *v = lm_value_new("LATENT");
    lm_tensor  *t = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(30000), NULL);

    for (int k = 0; t && k < 30000; k++)
        ((float *)t->data)[k] = (float)i;
    lm_value_set_tensor(v, "samples", t);
    lm_value_set_text(v, "text", "word");
    if (t)
        lm_cache_disk_write(d, key_of(i), &v, 1, 60);
    lm_value_unref(v);
    return t;
}

static bool read_one(lm_cache_disk *d, int i)
{
    limn_value      *v = NULL;
    const lm_tensor *t;
    double           seconds;
    bool             right;

    if (!lm_cache_disk_read(d, key_of(i), NULL, &v, 1, &seconds))
        return true;
    t = lm_value_tensor(v, "samples");
    right = t && lm_count(t) == 30000 && lm_value_text(v, "text");
    for (int k = 0; right && k < 30000; k++)
        right = ((const float *)t->data)[k] == (float)i;
    lm_value_unref(v);
    return right;
}

int main(int argc, char **argv)
{
    limn_error     err = { 0 };
    lm_cache_disk *d = argc > 1 ? lm_cache_disk_open(argv[1], 300000, &err) : NULL;
    bool           right = true;

    if (!d) {
        fprintf(stderr, "%s\n", err.text);
        return 4;
    }
    for (int i = 0; i < N && argc == 2; i++)
        right &= !write_one(d, i) || read_one(d, i);
    for (int i = 0; i < N; i++)
        right &= read_one(d, i);
    right &= argc == 2 || !lm_cache_disk_report(d).damaged;
    lm_cache_disk_close(d);
    return right ? 0 : WRONG;
}
