/* inversion.c: textual inversions, looked up by name and read.  Source of the names and of the order in
 * which tensors are tried: ComfyUI's embeddings. */
#include "nodes/models/inversion.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/data/safetensors.h"

/* Is `file` the wanted name, with or without its ending? */
static bool is_named(const char *file, const char *name)
{
    const size_t n = strlen(name);

    return !strncmp(file, name, n) && (!file[n] || !strcmp(file + n, ".safetensors"));
}

/* The file that `name` means: in the folder itself, else the first of a sub-folder. [lends from files] */
static const char *file_of(char **files, const char *name)
{
    const char *found = NULL;

    for (int i = 0; files[i]; i++)
        if (is_named(files[i], name))
            return files[i];
    for (int i = 0; files[i] && !found; i++)
        for (const char *part = strchr(files[i], '/'); part && !found; part = strchr(part + 1, '/'))
            found = is_named(part + 1, name) ? files[i] : NULL;
    return found;
}

/* The tensor that holds the vectors: CLIP-L's own in a file for several encoders, else the first. */
static const lm_weight *vectors_in(const lm_weights *w)
{
    const lm_weight *own = lm_weights_find(w, "clip_l");

    return own ? own : lm_weights_count(w) ? lm_weights_at(w, 0) : NULL;
}

static lm_vectors read_vectors(lm_weights *w, limn_error *err)
{
    const lm_weight *row = vectors_in(w);
    lm_vectors       v = { 0 };
    lm_tensor       *t;

    if (!row || row->shape.n < 1 || row->shape.n > 2 || lm_shape_count(row->shape) < 1) {
        limn_fail(err, FILE, "%s holds no list of vectors", lm_weights_label(w));
        return v;
    }
    t = lm_weights_tensor(w, lm_host_device(), row->name, err);
    if (!t)
        return v;
    v.width = lm_dim(t, -1);
    v.count = lm_count(t) / v.width;
    v.at = lm_try_alloc((size_t)lm_count(t) * sizeof(float));
    if (v.at)
        lm_tensor_read(t, LM_F32, v.at);
    else
        limn_fail(err, MEMORY, "%s does not fit into memory", lm_weights_label(w));
    lm_tensor_unref(t);
    return v;
}

lm_vectors lm_inversion_find(void *self, const char *name)
{
    lm_folders *folders = self;
    limn_error  err = { 0 };
    char      **files = lm_folders_names(folders, "embeddings");
    const char *file = *name && files ? file_of(files, name) : NULL;
    lm_vectors  v = { 0 };
    const int   fd = file ? lm_folders_open(folders, "embeddings", file, &err) : -1;
    lm_weights *w = fd >= 0 ? lm_weights_open(fd, file, &err) : NULL;

    if (w)
        v = read_vectors(w, &err);
    if (err.code != LIMN_OK)
        lm_log(LM_LOG_WARN, "embedding:%s: %s", name, err.text);
    lm_weights_unref(w);
    if (fd >= 0)
        close(fd);
    lm_folders_names_free(files);
    return v;
}

uint64_t lm_inversion_mark(lm_folders *folders)
{
    char  **files = lm_folders_names(folders, "embeddings");
    lm_hash h = lm_hash_start();

    for (char **file = files; file && *file; file++) {
        const int   fd = lm_folders_open(folders, "embeddings", *file, NULL);
        struct stat s;

        h = lm_hash_text(h, *file);
        if (fd >= 0 && !fstat(fd, &s)) {
            h = lm_hash_u64(lm_hash_u64(h, (uint64_t)s.st_size), (uint64_t)s.st_ino);
            h = lm_hash_u64(lm_hash_u64(h, (uint64_t)s.st_mtim.tv_sec), (uint64_t)s.st_mtim.tv_nsec);
        }
        if (fd >= 0)
            close(fd);
    }
    lm_folders_names_free(files);
    return h.a;
}
