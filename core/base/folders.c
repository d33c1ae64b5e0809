/* folders.c: the folders that limn works in, and the door through which named files are opened. */
#include "core/base/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"
#include "core/base/text.h"

/* Every kind and where it lies below the base; "|" parts several directories, the first one first. */
static const struct layout {
    const char *kind, *directories;
} layout[] = {
    { "checkpoints",      "models/checkpoints" },
    { "configs",          "models/configs" },
    { "loras",            "models/loras" },
    { "vae",              "models/vae" },
    { "text_encoders",    "models/text_encoders|models/clip" },
    { "diffusion_models", "models/unet|models/diffusion_models" },
    { "clip_vision",      "models/clip_vision" },
    { "style_models",     "models/style_models" },
    { "embeddings",       "models/embeddings" },
    { "diffusers",        "models/diffusers" },
    { "vae_approx",       "models/vae_approx" },
    { "controlnet",       "models/controlnet|models/t2i_adapter" },
    { "gligen",           "models/gligen" },
    { "upscale_models",   "models/upscale_models" },
    { "hypernetworks",    "models/hypernetworks" },
    { "photomaker",       "models/photomaker" },
    { "classifiers",      "models/classifiers" },
    { "model_patches",    "models/model_patches" },
    { "audio_encoders",   "models/audio_encoders" },
    { "input",            "input" },
    { "output",           "output" },
    { "temp",             "temp" },
};
enum { N_LAYOUT = sizeof layout / sizeof *layout };

/* Older names of two kinds. */
static const char *today(const char *kind)
{
    if (!strcmp(kind, "unet"))
        return "diffusion_models";
    return strcmp(kind, "clip") ? kind : "text_encoders";
}

char *lm_path_join(const char *directory, const char *name)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "%s%s%s", directory, directory[strlen(directory) - 1] == '/' ? "" : "/", name);
    return lm_text_take(&t);
}

static void lay_out(lm_kind *k, const char *base, const struct layout *l)
{
    char *list = lm_copy_text(l->directories), *rest = NULL;

    k->name = lm_copy_text(l->kind);
    k->open_to_requests = !strchr(l->directories, '/');
    for (char *d = strtok_r(list, "|", &rest); d; d = strtok_r(NULL, "|", &rest))
        k->roots[k->n_roots++] = lm_path_join(base, d);
    lm_free(list);
}

lm_folders *lm_folders_new(const char *base, limn_error *err)
{
    lm_folders *f;
    struct stat st;

    errno = 0;
    if (stat(base, &st) || !S_ISDIR(st.st_mode)) {
        limn_fail(err, FILE, "the base folder %s %s", lm_shown_name(base).text,
                  !errno || errno == ENOTDIR ? "is no folder" : errno == ENOENT ? "is not there" : "cannot be reached");
        return NULL;
    }
    f = lm_alloc(sizeof *f);
    f->base = lm_copy_text(base);
    f->n_kinds = N_LAYOUT;
    f->kinds = lm_alloc_array(N_LAYOUT, sizeof *f->kinds);
    for (int i = 0; i < N_LAYOUT; i++)
        lay_out(&f->kinds[i], base, &layout[i]);
    return f;
}

void lm_folders_free(lm_folders *f)
{
    for (int i = 0; f && i < f->n_kinds; i++) {
        for (int r = 0; r < f->kinds[i].n_roots; r++)
            lm_free(f->kinds[i].roots[r]);
        lm_free(f->kinds[i].name);
        lm_free(f->kinds[i].endings);
    }
    if (f) {
        lm_free(f->kinds);
        lm_free(f->base);
    }
    lm_free(f);
}

lm_kind *lm_kind_find(const lm_folders *f, const char *name)
{
    for (int i = 0; i < f->n_kinds; i++)
        if (!strcmp(f->kinds[i].name, today(name)))
            return &f->kinds[i];
    return NULL;
}

bool lm_folders_known(const lm_folders *f, const char *kind)
{
    return lm_kind_find(f, kind) != NULL;
}

const char *lm_folders_kind(const lm_folders *f, int i)
{
    return i >= 0 && i < f->n_kinds ? f->kinds[i].name : NULL;
}

const char *lm_folders_root(const lm_folders *f, const char *kind, int i)
{
    const lm_kind *k = lm_kind_find(f, kind);

    return k && i >= 0 && i < k->n_roots ? k->roots[i] : NULL;
}

bool lm_folders_working(const char *kind)
{
    return !strcmp(kind, "input") || !strcmp(kind, "output") || !strcmp(kind, "temp");
}

const char *lm_folders_tree(const lm_folders *f, const char *kind)
{
    const lm_kind *k = lm_kind_find(f, kind);

    return k && k->open_to_requests ? k->roots[0] : NULL;
}

bool lm_folders_built_in(const lm_folders *f, const char *kind)
{
    const lm_kind *k = lm_kind_find(f, kind);

    return k && !k->n_endings;
}

void lm_folders_add(lm_folders *f, const char *kind, const char *const *endings)
{
    lm_kind *k = lm_kind_find(f, kind);
    char    *models;

    if (!k) {
        f->kinds = lm_grow(f->kinds, (size_t)(f->n_kinds + 1) * sizeof *f->kinds);
        k = &f->kinds[f->n_kinds++];
        models = lm_path_join(f->base, "models");
        *k = (lm_kind){ .name = lm_copy_text(kind), .n_roots = 1, .roots = { lm_path_join(models, kind) } };
        lm_free(models);
    }
    k->endings = lm_grow(k->endings, (size_t)(k->n_endings + 1) * sizeof *k->endings);
    k->endings[k->n_endings++] = endings;
}

bool lm_folders_replace(lm_folders *f, const char *kind, const char *directory, limn_error *err)
{
    lm_kind    *k = lm_kind_find(f, kind);
    struct stat st;

    if (!k)
        return limn_fail(err, INPUT, "\"%s\" is no kind of folder", lm_shown_name(kind).text);
    if (!*directory)
        return limn_fail(err, FILE, "the folder for %s has an empty name", k->name);
    if (k->open_to_requests) {
        lm_free(k->roots[0]);
        k->roots[0] = lm_copy_text(directory);
        return true;
    }
    if (stat(directory, &st) || !S_ISDIR(st.st_mode))
        return limn_fail(err, FILE, "the folder %s for %s is not there",
                         lm_shown_name(directory).text, k->name);
    if (k->n_roots == LM_MAX_ROOTS)
        return limn_fail(err, INPUT, "%s has %d folders, more than fit", k->name, LM_MAX_ROOTS);
    memmove(k->roots + 1, k->roots, (size_t)k->n_roots++ * sizeof *k->roots);
    k->roots[0] = lm_copy_text(directory);
    return true;
}

/* ------------------------------------------------------------------ opening */

static int open_in(const lm_folders *f, const lm_kind *k, const char *directory, const char *name)
{
    int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, why;

    if (root < 0)
        return -1;
    fd = lm_beneath_file(root, name);
    if (fd < 0 && errno == ELOOP && !k->open_to_requests)
        fd = lm_folders_follow(f, root, name);
    why = errno;
    close(root);
    errno = why;
    return fd;
}

/* The first directory of the kind that holds the file wins; what went wrong there is told, ENOTDIR as ENOENT. */
static int open_first(const lm_folders *f, const lm_kind *k, const char *name, int *which)
{
    int fd, why = ENOENT;

    for (int i = 0; i < k->n_roots; i++) {
        fd = open_in(f, k, k->roots[i], name);
        if (fd >= 0) {
            *which = i;
            return fd;
        }
        if (errno != ENOENT && errno != ENOTDIR)
            why = errno;
    }
    errno = why;
    return -1;
}

/* Workflows made on Windows part folders with a backslash. */
static int open_either(const lm_folders *f, const lm_kind *k, const char *name, int *which)
{
    int   fd = open_first(f, k, name, which), why;
    char *turned;

    if (fd >= 0 || errno != ENOENT || !strchr(name, '\\'))
        return fd;
    turned = lm_copy_text(name);
    for (char *c = turned; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    errno = ENOENT;
    if (!lm_beneath_fault(turned))
        fd = open_first(f, k, turned, which);
    why = errno;
    lm_free(turned);
    errno = why;
    return fd;
}

static void tell_open(limn_error *err, const lm_kind *k, const char *name, int why)
{
    const lm_shown shown = lm_shown_name(name);
    char           text[96];

    if (why == ENOENT)
        limn_fail(err, FILE, "there is no \"%s\" in %s", shown.text, k->name);
    else if (why == ELOOP)
        limn_fail(err, FILE, "\"%s\" in %s is reached through a symbolic link, which is not followed "
                  "there", shown.text, k->name);
    else if (why == EXDEV)
        limn_fail(err, FILE, "\"%s\" in %s is a link that leads out of the model folders", shown.text,
                  k->name);
    else if (why == EINVAL || why == ENXIO)
        limn_fail(err, FILE, "\"%s\" in %s is not a regular file", shown.text, k->name);
    else
        limn_fail(err, FILE, "\"%s\" in %s cannot be opened: %s", shown.text, k->name,
                  lm_why(why, text));
}

const char *lm_folders_annotated(const char *kind, const char *name, char **plain)
{
    static const char *const marks[] = { "input", "output", "temp" };
    const size_t             n = strlen(name);
    bool                     takes_marks = false;

    for (int i = 0; i < 3; i++)
        takes_marks |= !strcmp(kind, marks[i]);
    for (int i = 0; takes_marks && i < 3; i++) {
        const size_t m = strlen(marks[i]) + 3; /* one blank and two brackets more */

        if (n > m && name[n - 1] == ']' && name[n - m + 1] == '[' &&
            !strncmp(name + n - m + 2, marks[i], m - 3)) {
            *plain = lm_copy_bytes(name, n - m);
            return marks[i];
        }
    }
    *plain = lm_copy_text(name);
    return kind;
}

/* The kind behind `kind` and `name`, and the name without its mark; NULL with a sentence. */
static const lm_kind *settle(const lm_folders *f, const char *kind, const char *name, char **plain,
                             limn_error *err)
{
    const char    *fault, *real = lm_folders_annotated(kind, name, plain);
    const lm_kind *k = lm_kind_find(f, real);

    if (!k) {
        limn_fail(err, INPUT, "\"%s\" is no kind of folder", lm_shown_name(kind).text);
        return NULL;
    }
    fault = lm_beneath_fault(*plain);
    if (!fault)
        return k;
    limn_fail(err, FILE, "the name of a file in %s %s: \"%s\"", k->name, fault,
              lm_shown_name(*plain).text);
    return NULL;
}

int lm_folders_open(lm_folders *f, const char *kind, const char *name, limn_error *err)
{
    char          *plain;
    const lm_kind *k = settle(f, kind, name, &plain, err);
    int            fd = -1, which;

    if (k) {
        fd = open_either(f, k, plain, &which);
        if (fd < 0)
            tell_open(err, k, plain, errno);
    }
    lm_free(plain);
    return fd;
}

int lm_folders_open_at(lm_folders *f, const char *kind, int i, const char *name)
{
    const lm_kind *k = lm_kind_find(f, kind);

    if (!k || k->open_to_requests || i < 0 || i >= k->n_roots || lm_beneath_fault(name))
        return -1;
    return open_in(f, k, k->roots[i], name);
}

char *lm_folders_path(lm_folders *f, const char *kind, const char *name)
{
    char          *plain, *path;
    const lm_kind *k = settle(f, kind, name, &plain, NULL);
    int            which = 0, fd = k ? open_either(f, k, plain, &which) : -1;

    if (fd >= 0)
        close(fd);
    path = k ? lm_path_join(k->roots[which], plain) : lm_copy_text(name);
    lm_free(plain);
    return path;
}
