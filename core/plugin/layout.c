/* layout.c: copies a stranger's tables into the structs of today.
 *
 * Every struct opens with the size it was compiled with, and fields only join at the end: the part that both
 * sides know is copied, what is missing is zero, what is too much is left. The sizes themselves may be lies, so
 * they are believed only inside bounds; what is read through them is read in the probe's child first. */
#include <stdalign.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/plugin/parts.h"

#define THROUGH(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

/* A kind of struct: its name, its size here, and what generation 1 had from its first day. */
struct shape {
    const char *name;
    size_t      own, least;
};
static const struct shape plugin_shape = { "limn_plugin", sizeof(limn_plugin), THROUGH(limn_plugin, nodes) };
static const struct shape node_shape = { "limn_node", sizeof(limn_node), THROUGH(limn_node, run) };
static const struct shape input_shape = { "limn_input", sizeof(limn_input), THROUGH(limn_input, folder) };
static const struct shape output_shape = { "limn_output", sizeof(limn_output), THROUGH(limn_output, doc) };
static const struct shape sampler_shape = { "limn_sampler", sizeof(limn_sampler), THROUGH(limn_sampler, walk) };
static const struct shape schedule_shape = { "limn_schedule", sizeof(limn_schedule),
                                             THROUGH(limn_schedule, fill) };
static const struct shape folder_shape = { "limn_folder", sizeof(limn_folder), THROUGH(limn_folder, endings) };
static const struct shape document_shape = { "limn_document", sizeof(limn_document),
                                             THROUGH(limn_document, text) };

enum { MOST_BYTES = 4096, MOST_ROWS = 4096 };

/* ------------------------------------------------------------------ memory */

/* What is copied lives until the program ends: registry, values and threads may hold on to it. */
static struct block {
    struct block *next;
    max_align_t   bytes[];
} *kept;

static void *keep(size_t n, size_t size)
{
    struct block *b = lm_alloc(sizeof *b + n * size);

    b->next = kept;
    kept = b;
    return b->bytes;
}

/* ------------------------------------------------------------------ one struct */

static bool size_can_be(const struct shape *s, size_t size, limn_error *err)
{
    if (size < s->least)
        return limn_fail(err, FILE, "its %s has %zu bytes, and the smallest that limn knows has %zu: it was "
                         "not written with the macros of limn.h", s->name, size, s->least);
    if (size > MOST_BYTES || size % alignof(void *))
        return limn_fail(err, FILE, "its %s claims %zu bytes, which cannot be (%zu here)", s->name, size,
                         s->own);
    return true;
}

/* Are all bytes from `own` to `size` zero? */
static bool says_more(const void *theirs, size_t own, size_t size)
{
    for (size_t i = own; i < size; i++)
        if (((const char *)theirs)[i])
            return true;
    return false;
}

static void copy_struct(const struct shape *s, const void *theirs, size_t size, void *out, bool *newer)
{
    memset(out, 0, s->own);
    memcpy(out, theirs, size < s->own ? size : s->own);
    *newer |= says_more(theirs, s->own, size);
}

/* A struct that opens with its own size. */
static bool copy_sized(const struct shape *s, const void *theirs, void *out, bool *newer, limn_error *err)
{
    size_t size;

    memcpy(&size, theirs, sizeof size);
    if (!size_can_be(s, size, err))
        return false;
    copy_struct(s, theirs, size, out, newer);
    memcpy(out, &s->own, sizeof s->own);
    return true;
}

/* ------------------------------------------------------------------ rows without a size */

/* Rows of `stride` bytes up to the one that ends them, and that one. */
static void *copy_rows(const struct shape *s, const void *theirs, size_t stride, bool (*ends)(const void *),
                       const char *node, bool *newer, limn_error *err)
{
    size_t n = 0;
    char  *rows;

    while (n < MOST_ROWS && !ends((const char *)theirs + n * stride))
        n++;
    if (n == MOST_ROWS) {
        limn_fail(err, FILE, "the node %.64s has more than %d rows of %s: the row that ends them is missing",
                  node, MOST_ROWS, s->name);
        return NULL;
    }
    rows = keep(n + 1, s->own);
    for (size_t i = 0; i < n; i++)
        copy_struct(s, (const char *)theirs + i * stride, stride, rows + i * s->own, newer);
    return rows;
}

static bool ends_inputs(const void *row)
{
    return ((const limn_input *)row)->kind == LIMN_KIND_END;
}

static bool ends_outputs(const void *row)
{
    return !((const limn_output *)row)->name;
}

static bool copy_node(const void *theirs, void *out, bool *newer, limn_error *err)
{
    limn_node  *n = out;
    const char *name;

    if (!copy_sized(&node_shape, theirs, n, newer, err))
        return false;
    name = n->name ? n->name : "without a name";
    if (!size_can_be(&input_shape, n->input_size, err) || !size_can_be(&output_shape, n->output_size, err))
        return false;
    if (n->inputs)
        n->inputs = copy_rows(&input_shape, n->inputs, n->input_size, ends_inputs, name, newer, err);
    if (n->outputs)
        n->outputs = copy_rows(&output_shape, n->outputs, n->output_size, ends_outputs, name, newer, err);
    n->input_size = sizeof(limn_input);
    n->output_size = sizeof(limn_output);
    return err->code == LIMN_OK;
}

static bool copy_sampler(const void *theirs, void *out, bool *newer, limn_error *err)
{
    return copy_sized(&sampler_shape, theirs, out, newer, err);
}

static bool copy_schedule(const void *theirs, void *out, bool *newer, limn_error *err)
{
    return copy_sized(&schedule_shape, theirs, out, newer, err);
}

static bool copy_folder(const void *theirs, void *out, bool *newer, limn_error *err)
{
    return copy_sized(&folder_shape, theirs, out, newer, err);
}

static bool copy_document(const void *theirs, void *out, bool *newer, limn_error *err)
{
    return copy_sized(&document_shape, theirs, out, newer, err);
}

/* ------------------------------------------------------------------ lists */

/* A NULL-terminated list of pointers to structs. An empty one when there is none. */
static const void *copy_list(const void *list, const struct shape *s,
                             bool (*copy)(const void *, void *, bool *, limn_error *), bool *newer,
                             limn_error *err)
{
    const void *const *theirs = list;
    void             **ours;
    size_t             n = 0;

    while (theirs && n < MOST_ROWS && theirs[n])
        n++;
    if (n == MOST_ROWS)
        limn_fail(err, FILE, "its list of %s has more than %d entries: the NULL that ends it is missing",
                  s->name, MOST_ROWS);
    ours = keep(n + 1, sizeof *ours);
    for (size_t i = 0; i < n && err->code == LIMN_OK; i++) {
        ours[i] = keep(1, s->own);
        copy(theirs[i], ours[i], newer, err);
    }
    return ours;
}

bool lm_layout_copy(const limn_plugin *theirs, limn_plugin *out, bool *newer, limn_error *err)
{
    *newer = false;
    if (!copy_sized(&plugin_shape, theirs, out, newer, err))
        return false;
    out->nodes = copy_list(out->nodes, &node_shape, copy_node, newer, err);
    out->samplers = copy_list(out->samplers, &sampler_shape, copy_sampler, newer, err);
    out->schedules = copy_list(out->schedules, &schedule_shape, copy_schedule, newer, err);
    out->folders = copy_list(out->folders, &folder_shape, copy_folder, newer, err);
    out->documents = copy_list(out->documents, &document_shape, copy_document, newer, err);
    return err->code == LIMN_OK;
}
