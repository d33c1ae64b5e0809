/* host_values.c: what limn does for a node, but for graphs and tensors. */
#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/data/host.h"

/* ------------------------------------------------------------------ kinds of objects */

/* A plugin's kind in today's size, found by its own address. They stay: values may outlive everything. */
static struct known {
    const limn_object_kind *theirs;
    limn_object_kind        ours;
    struct known           *next;
} *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum { LEAST_KIND = offsetof(limn_object_kind, free) + sizeof(void (*)(void *)) };

static struct known *copy_kind(const limn_object_kind *kind)
{
    struct known *k = lm_alloc(sizeof *k);

    memcpy(&k->ours, kind, kind->size < sizeof k->ours ? kind->size : sizeof k->ours);
    k->ours.size = sizeof k->ours;
    k->theirs = kind;
    k->next = all;
    return all = k;
}

static const limn_object_kind *own_kind(const limn_object_kind *kind)
{
    struct known *k;

    if (!kind || kind->size < LEAST_KIND)
        return NULL;
    pthread_mutex_lock(&lock);
    for (k = all; k && k->theirs != kind; k = k->next)
        ;
    if (!k)
        k = copy_kind(kind);
    pthread_mutex_unlock(&lock);
    return &k->ours;
}

void lm_host_set_object(limn_value *v, const char *field, void *object, const limn_object_kind *kind)
{
    const limn_object_kind *own = own_kind(kind);

    if (own || !object)
        lm_value_set_object(v, field, object, own);
    else
        lm_log(LM_LOG_ERROR, "a plugin's object \"%.40s\" of %.40s has a limn_object_kind without its size and is "
               "left out", field, lm_value_type(v));
}

void *lm_host_get_object(const limn_value *v, const char *field, const limn_object_kind *kind)
{
    const limn_object_kind *own = own_kind(kind);

    return own ? lm_value_object(v, field, own) : NULL;
}

/* ------------------------------------------------------------------ to the person who waits */

void lm_host_preview(limn_call *call, const uint8_t *rgb, int width, int height)
{
    if (rgb && width > 0 && height > 0 && lm_call_env(call)->previews)
        lm_call_tell(call, (lm_event){ .kind = LM_EV_PREVIEW, .rgb = rgb, .width = width, .height = height });
}

/* One line, whatever is in it. */
void lm_host_log(limn_call *call, limn_log_level level, const char *text)
{
    const lm_log_level at = (unsigned)level <= LM_LOG_ERROR ? (lm_log_level)level : LM_LOG_ERROR;
    char               line[900];

    snprintf(line, sizeof line, "%s", text ? text : "");
    for (unsigned char *c = (unsigned char *)line; *c; c++)
        if (*c < 32 || *c == 127)
            *c = ' ';
    lm_log(at, "node %.40s (%.60s): %s", lm_call_of(call)->node, lm_call_of(call)->node_class, line);
}

bool lm_host_stopped(limn_call *call)
{
    return lm_call_stopped(call);
}

/* ------------------------------------------------------------------ files */

int lm_host_open(limn_call *call, const char *folder, const char *name, limn_error *err)
{
    lm_folders *f = lm_call_env(call)->folders;

    if (f && folder && name)
        return lm_folders_open(f, folder, name, err);
    limn_fail(err, FILE, "there are no folders to open \"%.100s\" in", name ? name : "");
    return -1;
}
