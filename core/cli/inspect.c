/* inspect.c: limn inspect: what a model file or a picture is, told from its content. */
#include "core/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cli/session.h"
#include "core/data/safetensors.h"
#include "core/graph/blame.h"
#include "nodes/models/detect.h"
#include "nodes/models/file_hash.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/texts.h"

/* ------------------------------------------------------------------ hashes */

/* Under these names people quote models. */
static void print_hashes(int fd, uint64_t size)
{
    lm_file_hash h;

    lm_file_hash_read(fd, size, &h);
    if (*h.sha256)
        printf("sha256      %s\nAutoV2      %.10s\n", h.sha256, h.sha256);
    if (*h.auto_v1)
        printf("AutoV1      %s\n", h.auto_v1);
    if (*h.auto_v3)
        printf("AutoV3      %s\n", h.auto_v3);
}

/* ------------------------------------------------------------------ model files */

static void print_metadata(void *self, const char *key, const char *value)
{
    (void)self;
    printf("  %-24s %.160s%s\n", key, value, strlen(value) > 160 ? " …" : "");
}

static void print_kind(const lm_weights *w)
{
    const lm_detected d = lm_detect(w);

    printf("model       %s%s%s%s\n", lm_file_kind_text(d.kind), d.family ? ", " : "",
           d.family ? d.family : "", d.built ? "" : " (limn cannot run it yet)");
    if (d.kind == LM_FILE_CHECKPOINT)
        printf("holds       %s%s%s, predicts %s\n", d.unet_prefix ? "denoiser" : "no denoiser",
               d.text_prefix ? ", text encoder" : "", d.vae_prefix ? ", VAE" : "",
               d.predicts_v ? "v" : "eps");
}

static void print_dtypes(const lm_weights *w)
{
    int64_t count[LM_N_DTYPES] = { 0 }, numbers = 0;

    for (size_t i = 0; i < lm_weights_count(w); i++) {
        count[lm_weights_at(w, i)->dtype]++;
        numbers += lm_shape_count(lm_weights_at(w, i)->shape);
    }
    printf("tensors     %zu:", lm_weights_count(w));
    for (int i = 0; i < LM_N_DTYPES; i++)
        if (count[i])
            printf(" %" PRId64 " %s", count[i], lm_dtype_name((lm_dtype)i));
    printf("\nparameters  %.2f M\n", (double)numbers / 1e6);
}

static void print_tensors(const lm_weights *w)
{
    char shape[LM_SHAPE_TEXT];

    for (size_t i = 0; i < lm_weights_count(w); i++) {
        const lm_weight *t = lm_weights_at(w, i);

        printf("  %-88s %-5s %s\n", t->name, lm_dtype_name(t->dtype), lm_shape_text(t->shape, shape));
    }
}

static bool inspect_model(int fd, const char *path, uint64_t size, const lm_args *a, limn_error *err)
{
    lm_weights *w = lm_weights_open(fd, path, err);

    if (!w)
        return false;
    printf("file        %s, %.1f MB, safetensors\n", path, (double)size / 1e6);
    print_kind(w);
    print_dtypes(w);
    if (!lm_args_has(a, "--no-hash"))
        print_hashes(fd, size);
    printf("metadata\n");
    lm_weights_each_metadata(w, NULL, print_metadata);
    if (lm_args_has(a, "--tensors"))
        print_tensors(w);
    lm_weights_unref(w);
    return true;
}

/* ------------------------------------------------------------------ pictures */

/* Keys and texts come from strangers: control characters do not reach the terminal. */
static void print_line(const char *indent, const char *text, size_t n)
{
    lm_text line = { 0 };

    lm_text_clean(&line, text, n, 0);
    printf("%s%s\n", indent, lm_text_str(&line));
    lm_text_done(&line);
}

static void print_text(void *self, const char *key, const char *text, size_t n)
{
    (void)self, (void)n;
    print_line("", key, strlen(key));
    for (size_t length; text; text = text[length] ? text + length + 1 : NULL) {
        length = strcspn(text, "\n");
        print_line("  ", text, length);
    }
}

static bool print_png(lm_source *s, const char *path, limn_error *err)
{
    lm_png_chunk chunk;
    uint64_t     at = 0;
    uint8_t      size[8];

    if (!lm_png_next(s, &at, true, &chunk, err) || !lm_source_peek(s, chunk.at, size, 8))
        return limn_fail(err, FILE, "%s: a PNG without its first chunk", path);
    printf("file        %s, PNG, %" PRIu32 " x %" PRIu32 " pixels\n", path, lm_be32(size),
           lm_be32(size + 4));
    return true;
}

/* JPEG and WebP tell their size when they are decoded. */
static bool print_decoded(lm_source *s, const char *path, limn_error *err)
{
    lm_picture p;
    uint8_t    first;
    bool       well = lm_source_peek(s, 0, &first, 1) && lm_picture_read(s, &p, err);

    if (!well)
        return false;
    printf("file        %s, %s, %d x %d pixels", path, first == 'R' ? "WebP" : "JPEG", p.width, p.height);
    printf(p.frames > 1 ? ", %d frames\n" : "\n", p.frames);
    lm_picture_done(&p);
    return true;
}

static bool inspect_picture(lm_source *s, const char *path, limn_error *err)
{
    return (lm_png_begins(s) ? print_png(s, path, err) : print_decoded(s, path, err)) &&
           lm_picture_texts(s, print_text, NULL, err);
}

/* ------------------------------------------------------------------ the command */

static bool inspect_file(const char *path, const lm_args *a, limn_error *err)
{
    const int   fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    lm_source   s;
    bool        well;

    if (fd < 0)
        return limn_fail(err, FILE, "cannot be opened: %s", strerror(errno));
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        well = limn_fail(err, FILE, "not a regular file");
    else if (!lm_source_file(&s, fd, path, NULL, err))
        well = false;
    else if (lm_picture_begins(&s))
        well = inspect_picture(&s, path, err);
    else
        well = inspect_model(fd, path, (uint64_t)st.st_size, a, err);
    close(fd);
    return well;
}

static int inspect(const lm_args *a)
{
    limn_error err = { 0 };

    if (!inspect_file(a->words[0], a, &err))
        lm_print_error(strstr(err.text, a->words[0]) ? NULL : a->words[0], &err);
    return lm_exit_of(err.code);
}

static const lm_option inspect_options[] = {
    { "--tensors", NULL, "List every tensor with its type and shape." },
    { "--no-hash", NULL, "Do not read the whole file for its hashes." },
    { NULL },
};

const lm_command lm_inspect_command = {
    .name = "inspect", .words = "FILE", .least = 1, .most = 1, .options = inspect_options,
    .run = inspect,
    .doc = "Say what a model file (.safetensors) or a picture (PNG, JPEG, WebP) is and holds.",
};
