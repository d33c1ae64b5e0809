/* safetensors.c: a model file, mapped, its header checked in full before anything is believed. */
#include "core/data/safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { MOST_TENSORS = 65536, MAPPINGS = 256, LABEL = 256 };
static const uint64_t longest_header = 100000000;

struct lm_weights {
    atomic_int  refs;
    char       *label;
    const char *map;  /* the whole file */
    uint64_t    size;
    struct stat stat; /* when it was opened */
    int         fd;
    json_t     *header;
    lm_weight  *at;         /* in the file's order */
    uint32_t   *by_name;    /* indices into `at`, sorted by name */
    size_t      n;
    int         slot;       /* in `mappings`, or -1 */
};

/* ------------------------------------------------------------------ pages that went missing */

/* What the SIGBUS handler may look at: it must not lock or allocate. A slot is taken while base != 0. */
static struct {
    _Atomic uintptr_t base;
    _Atomic size_t    size;
    char              label[LABEL];
} mappings[MAPPINGS];

static atomic_uint      damage;
static char             damaged_label[LABEL];
static struct sigaction previous_bus;

unsigned lm_weights_damage(const char **label)
{
    if (label)
        *label = damaged_label;
    return atomic_load(&damage);
}

static int mapping_of(uintptr_t address)
{
    for (int i = 0; i < MAPPINGS; i++) {
        const uintptr_t base = atomic_load(&mappings[i].base);

        if (base && address >= base && address - base < atomic_load(&mappings[i].size))
            return i;
    }
    return -1;
}

/* Puts zeros where the file has no page any more, so that the reader goes on; the pass will fail. */
static void on_bus(int signal, siginfo_t *info, void *context)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t address = (uintptr_t)info->si_addr & ~(page - 1);
    const int       i = mapping_of((uintptr_t)info->si_addr);

    if (i >= 0 && mmap((void *)address, page, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
        memcpy(damaged_label, mappings[i].label, LABEL);
        atomic_fetch_add(&damage, 1);
        return;
    }
    if (previous_bus.sa_flags & SA_SIGINFO)
        previous_bus.sa_sigaction(signal, info, context);
    else
        sigaction(SIGBUS, &previous_bus, NULL); /* the fault comes again and ends the process */
}

static void watch(lm_weights *w)
{
    static atomic_flag installed = ATOMIC_FLAG_INIT;
    struct sigaction   action = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };

    if (!atomic_flag_test_and_set(&installed))
        sigaction(SIGBUS, &action, &previous_bus);
    w->slot = -1;
    for (int i = 0; i < MAPPINGS && w->slot < 0; i++) {
        uintptr_t none = 0;

        if (atomic_compare_exchange_strong(&mappings[i].base, &none, (uintptr_t)w->map)) {
            snprintf(mappings[i].label, LABEL, "%s", w->label);
            atomic_store(&mappings[i].size, w->size);
            w->slot = i;
        }
    }
}

static void unwatch(lm_weights *w)
{
    if (w->slot < 0)
        return;
    atomic_store(&mappings[w->slot].size, 0);
    atomic_store(&mappings[w->slot].base, 0);
}

/* ------------------------------------------------------------------ one header entry */

static bool read_shape(const lm_weights *w, const char *name, json_t *list, lm_shape *shape,
                       limn_error *err)
{
    if (!json_is_array(list) || json_array_size(list) > LM_MAX_DIMS)
        return limn_fail(err, FILE, "%s: tensor %s: its shape is not a list of at most %d sizes",
                         w->label, name, LM_MAX_DIMS);
    shape->n = (int)json_array_size(list);
    for (int i = 0; i < shape->n; i++) {
        json_t *size = json_array_get(list, (size_t)i);

        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return limn_fail(err, FILE, "%s: tensor %s: size %d of its shape is not a whole number "
                             "of 0 or more", w->label, name, i);
        shape->at[i] = json_integer_value(size);
    }
    return true;
}

static bool read_offsets(const lm_weights *w, const char *name, json_t *pair, lm_weight *out,
                         limn_error *err)
{
    json_t *from = json_array_get(pair, 0), *to = json_array_get(pair, 1);

    if (json_array_size(pair) != 2 || !json_is_integer(from) || !json_is_integer(to) ||
        json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from))
        return limn_fail(err, FILE, "%s: tensor %s: its data_offsets are not two rising numbers",
                         w->label, name);
    out->offset = (uint64_t)json_integer_value(from);
    out->bytes = (uint64_t)json_integer_value(to) - out->offset;
    return true;
}

static bool shape_bytes(const lm_weight *t, uint64_t *bytes)
{
    *bytes = lm_dtype_size(t->dtype);
    for (int i = 0; i < t->shape.n; i++)
        if (__builtin_mul_overflow(*bytes, (uint64_t)t->shape.at[i], bytes))
            return false;
    return true;
}

static bool read_entry(const lm_weights *w, const char *name, json_t *entry, lm_weight *out,
                       limn_error *err)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    uint64_t    bytes;

    if (!json_is_object(entry))
        return limn_fail(err, FILE, "%s: tensor %s: its entry is not an object", w->label, name);
    if (!dtype || !lm_dtype_parse(dtype, &out->dtype))
        return limn_fail(err, FILE, "%s: tensor %s: dtype %s is not known", w->label, name,
                         dtype ? dtype : "(none)");
    out->name = name;
    if (!read_shape(w, name, json_object_get(entry, "shape"), &out->shape, err) ||
        !read_offsets(w, name, json_object_get(entry, "data_offsets"), out, err))
        return false;
    if (!shape_bytes(out, &bytes) || bytes != out->bytes)
        return limn_fail(err, FILE, "%s: tensor %s: its shape and dtype do not come to the %" PRIu64
                         " bytes of its data_offsets", w->label, name, out->bytes);
    return true;
}

/* ------------------------------------------------------------------ the header as a whole */

static int by_offset(const void *a, const void *b)
{
    const lm_weight *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int by_name(const void *a, const void *b, void *self)
{
    const lm_weight *at = self;

    return strcmp(at[*(const uint32_t *)a].name, at[*(const uint32_t *)b].name);
}

/* No hole, no overlap, no tail: sorted by offset, the tensors fill the file exactly. */
static bool check_layout(const lm_weights *w, uint64_t data_bytes, limn_error *err)
{
    uint64_t end = 0;

    for (size_t i = 0; i < w->n; i++) {
        const lm_weight *t = &w->at[i];

        if (t->bytes > data_bytes || t->offset > data_bytes - t->bytes)
            return limn_fail(err, FILE, "%s: tensor %s ends after the end of the file: the file is "
                             "truncated or damaged", w->label, t->name);
        if (t->offset != end)
            return limn_fail(err, FILE, "%s: tensor %s: data_offsets leave a %s before it", w->label,
                             t->name, t->offset > end ? "hole" : "overlap");
        end += t->bytes;
    }
    if (end != data_bytes)
        return limn_fail(err, FILE, "%s: %" PRIu64 " bytes after the last tensor belong to nothing",
                         w->label, data_bytes - end);
    return true;
}

static bool check_metadata(const lm_weights *w, json_t *metadata, limn_error *err)
{
    const char *key;
    json_t     *value;

    if (metadata && !json_is_object(metadata))
        return limn_fail(err, FILE, "%s: __metadata__ is not an object", w->label);
    json_object_foreach(metadata, key, value)
        if (!json_is_string(value))
            return limn_fail(err, FILE, "%s: __metadata__ %s is not a text", w->label, key);
    return true;
}

static bool read_entries(lm_weights *w, uint64_t data_start, limn_error *err)
{
    json_t     *metadata = json_object_get(w->header, "__metadata__"), *entry;
    const char *name;

    if (json_object_size(w->header) > MOST_TENSORS + 1)
        return limn_fail(err, FILE, "%s: more than %d tensors", w->label, MOST_TENSORS);
    if (!check_metadata(w, metadata, err))
        return false;
    w->at = lm_alloc_array(json_object_size(w->header) + 1, sizeof *w->at);
    json_object_foreach(w->header, name, entry) {
        if (entry == metadata)
            continue;
        if (!read_entry(w, name, entry, &w->at[w->n], err))
            return false;
        w->n++;
    }
    qsort(w->at, w->n, sizeof *w->at, by_offset);
    if (!check_layout(w, w->size - data_start, err))
        return false;
    w->by_name = lm_alloc_array(w->n + 1, sizeof *w->by_name);
    for (size_t i = 0; i < w->n; i++) {
        w->at[i].offset += data_start;
        w->by_name[i] = (uint32_t)i;
    }
    qsort_r(w->by_name, w->n, sizeof *w->by_name, by_name, w->at);
    return true;
}

/* The header's bytes are read, not mapped: a file that shrinks now is a short read, not a signal. */
static char *read_header(lm_weights *w, uint64_t *length, limn_error *err)
{
    uint8_t first[8] = { 0 };
    char   *text;

    if (w->size < 8 || pread(w->fd, first, 8, 0) != 8) {
        limn_fail(err, FILE, "%s: too short for a safetensors file", w->label);
        return NULL;
    }
    *length = 0;
    for (int i = 7; i >= 0; i--)
        *length = *length << 8 | first[i];
    if (*length > longest_header || *length < 2) {
        limn_fail(err, FILE, "%s: not a safetensors file: it does not begin with a header", w->label);
        return NULL;
    }
    if (*length > w->size - 8) {
        limn_fail(err, FILE, "%s: its header claims %" PRIu64 " bytes, the file has %" PRIu64
                  ": truncated, or not a safetensors file", w->label, *length, w->size);
        return NULL;
    }
    text = lm_try_alloc(*length + 1);
    if (!text) {
        limn_fail(err, MEMORY, "%s: no memory for a header of %" PRIu64 " bytes", w->label, *length);
        return NULL;
    }
    for (uint64_t have = 0; have < *length;) {
        const ssize_t got = pread(w->fd, text + have, *length - have, (off_t)(8 + have));

        if (got <= 0) {
            limn_fail(err, FILE, "%s: the header cannot be read: %s", w->label,
                      got ? strerror(errno) : "the file ends");
            lm_free(text);
            return NULL;
        }
        have += (uint64_t)got;
    }
    return text;
}

static bool parse_header(lm_weights *w, limn_error *err)
{
    uint64_t     length;
    json_error_t where;
    char        *text = read_header(w, &length, err);

    if (!text)
        return false;
    if (text[0] == '{')
        w->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    else
        snprintf(where.text, sizeof where.text, "it does not begin with {");
    lm_free(text);
    if (!w->header)
        return limn_fail(err, FILE, "%s: the header is not a safetensors header: %.150s", w->label,
                         where.text);
    return read_entries(w, 8 + length, err);
}

/* ------------------------------------------------------------------ life */

static bool map_file(lm_weights *w, limn_error *err)
{
    void *map;

    if (fstat(w->fd, &w->stat) || !S_ISREG(w->stat.st_mode))
        return limn_fail(err, FILE, "%s: not a regular file", w->label);
    w->size = (uint64_t)w->stat.st_size;
    if (w->size < 8)
        return limn_fail(err, FILE, "%s: too short for a safetensors file", w->label);
    map = mmap(NULL, w->size, PROT_READ, MAP_PRIVATE, w->fd, 0);
    if (map == MAP_FAILED)
        return limn_fail(err, FILE, "%s: cannot be mapped: %s", w->label, strerror(errno));
    w->map = map;
    watch(w);
    return true;
}

static _Atomic uint64_t loads;

void lm_weights_loaded(void)
{
    atomic_fetch_add_explicit(&loads, 1, memory_order_relaxed);
}

uint64_t lm_weights_loads(void)
{
    return atomic_load_explicit(&loads, memory_order_relaxed);
}

lm_weights *lm_weights_open(int fd, const char *label, limn_error *err)
{
    lm_weights *w = lm_alloc(sizeof *w);

    atomic_init(&w->refs, 1);
    w->label = lm_copy_text(label);
    w->slot = -1;
    w->fd = dup(fd);
    if (w->fd < 0)
        limn_fail(err, FILE, "%s: cannot be opened again: %s", label, strerror(errno));
    else if (map_file(w, err) && parse_header(w, err))
        return w;
    lm_weights_unref(w);
    return NULL;
}

lm_weights *lm_weights_ref(lm_weights *w)
{
    atomic_fetch_add(&w->refs, 1);
    return w;
}

void lm_weights_unref(lm_weights *w)
{
    if (!w || atomic_fetch_sub(&w->refs, 1) > 1)
        return;
    unwatch(w);
    if (w->map)
        munmap((void *)w->map, w->size);
    if (w->fd >= 0)
        close(w->fd);
    json_decref(w->header);
    lm_free(w->at);
    lm_free(w->by_name);
    lm_free(w->label);
    lm_free(w);
}

bool lm_weights_check(const lm_weights *w, limn_error *err)
{
    struct stat now;

    if (fstat(w->fd, &now) || now.st_size != w->stat.st_size ||
        now.st_mtim.tv_sec != w->stat.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != w->stat.st_mtim.tv_nsec)
        return limn_fail(err, FILE, "%s: the file changed after it was opened", w->label);
    return true;
}

/* ------------------------------------------------------------------ reading */

const char *lm_weights_label(const lm_weights *w)
{
    return w->label;
}

size_t lm_weights_count(const lm_weights *w)
{
    return w->n;
}

const lm_weight *lm_weights_at(const lm_weights *w, size_t i)
{
    return &w->at[i];
}

const lm_weight *lm_weights_find(const lm_weights *w, const char *name)
{
    size_t low = 0, high = w->n;

    while (low < high) {
        const size_t     mid = (low + high) / 2;
        const lm_weight *t = &w->at[w->by_name[mid]];
        const int        order = strcmp(name, t->name);

        if (!order)
            return t;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const char *lm_weights_metadata(const lm_weights *w, const char *key)
{
    return json_string_value(json_object_get(json_object_get(w->header, "__metadata__"), key));
}

void lm_weights_each_metadata(const lm_weights *w, void *self,
                              void (*each)(void *self, const char *key, const char *value))
{
    const char *key;
    json_t     *value;

    json_object_foreach(json_object_get(w->header, "__metadata__"), key, value)
        each(self, key, json_string_value(value));
}

static void release_mapped(lm_tensor *t)
{
    lm_weights_unref(t->owner);
    lm_free(t);
}

static void release_copied(lm_tensor *t)
{
    lm_device_free(t->device, t->data, lm_bytes(t));
    release_mapped(t);
}

/* On a device with memory of its own, or at an offset that no vector load would like. */
static lm_tensor *copy_tensor(lm_weights *w, lm_device *d, const lm_weight *entry, limn_error *err)
{
    lm_tensor *t = lm_tensor_from(d, entry->dtype, entry->shape, w->map + entry->offset, err);

    if (!t)
        return NULL;
    t->name = entry->name;
    t->owner = lm_weights_ref(w);
    t->release = release_copied;
    return t;
}

lm_tensor *lm_weights_tensor(lm_weights *w, lm_device *d, const char *name, limn_error *err)
{
    const lm_weight *entry = lm_weights_find(w, name);
    lm_tensor       *t;

    if (!entry) {
        limn_fail(err, FILE, "%s: tensor %s is missing", w->label, name);
        return NULL;
    }
    if (entry->dtype > LM_BF16) {
        limn_fail(err, FILE, "%s: tensor %s is %s; limn computes on F32, F16 and BF16", w->label,
                  name, lm_dtype_name(entry->dtype));
        return NULL;
    }
    if (!lm_weights_check(w, err))
        return NULL;
    if (!d->host_memory || entry->offset % lm_dtype_size(entry->dtype))
        return copy_tensor(w, d, entry, err);
    t = lm_alloc(sizeof *t);
    *t = (lm_tensor){ .dtype = entry->dtype, .shape = entry->shape, .device = d,
                      .data = (void *)(w->map + entry->offset), .name = entry->name,
                      .release = release_mapped, .owner = lm_weights_ref(w), .mapped = true };
    atomic_init(&t->refs, 1);
    return t;
}
