/* image_save.c: nodes that write pictures to the output and temp folders. */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/json_text.h"
#include "nodes/picture/name.h"
#include "nodes/picture/png.h"

/* ------------------------------------------------------------------ one picture */

/* A batch on its way to files: pixels [n, height, width, channels] on the host. */
typedef struct saving {
    limn_call      *call;
    lm_pass        *pass;
    const char     *kind;  /* "output" or "temp" */
    int             level;
    lm_picture_name name;
    const float    *pixels;
    int64_t         n;
    int             width, height, channels;
    lm_png_text     texts[3];
    const float    *picture; /* the one being written */
    lm_text         answer;
} saving;

/* A byte as ComfyUI's SaveImage makes it: clipped, then cut off. */
static uint8_t to_byte(float x)
{
    const float v = 255.0f * x;

    return (uint8_t)(v > 0 ? v < 255 ? v : 255 : 0);
}

static void fill_row(void *self, int y, uint8_t *out)
{
    const saving *s = self;
    const size_t  n = (size_t)s->width * (size_t)s->channels;
    const float  *in = s->picture + (size_t)y * n;

    for (size_t i = 0; i < n; i++)
        out[i] = to_byte(in[i]);
}

static char *join(const char *folder, const char *name)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "%s%s%s", folder, *folder ? "/" : "", name);
    return lm_text_take(&t);
}

static bool write_to(saving *s, const lm_new_file *file, const char *label, limn_error *err)
{
    const lm_png_new png = { .fd = file->fd, .label = label, .width = s->width, .height = s->height,
                             .channels = s->channels, .level = s->level, .texts = s->texts,
                             .n_texts = 3, .row = fill_row, .self = s, .stop = s->call->env->stop };

    return lm_png_write(&png, err);
}

/* Puts the written file in its place; a name that somebody else took meanwhile gives way to the next. */
static bool place(saving *s, lm_new_file *file, int64_t index, int64_t *counter, char **name,
                  limn_error *err)
{
    limn_error mine = { 0 };

    for (int tries = 0; tries < 1000; tries++) {
        mine = (limn_error){ 0 };
        if (lm_new_file_commit(file, &mine))
            return true;
        if (!file->taken)
            break;
        lm_free(*name);
        *name = lm_picture_file_name(&s->name, index, ++*counter);
        lm_new_file_rename(file, *name);
    }
    *err = mine;
    return false;
}

static void tell(saving *s, const char *name)
{
    lm_text_puts(&s->answer, s->answer.size ? ", {\"filename\": " : "{\"images\": [{\"filename\": ");
    lm_json_quote(&s->answer, name);
    lm_text_puts(&s->answer, ", \"subfolder\": ");
    lm_json_quote(&s->answer, s->name.subfolder);
    lm_text_puts(&s->answer, ", \"type\": ");
    lm_json_quote(&s->answer, s->kind);
    lm_text_puts(&s->answer, "}");
}

static bool save_one(saving *s, int64_t index, int64_t *counter, limn_error *err)
{
    char       *name = lm_picture_file_name(&s->name, index, *counter);
    char       *path = join(s->name.subfolder, name);
    lm_new_file file;
    bool        fine = lm_new_file_begin(s->call->env->folders, s->kind, path, &file, err);

    s->picture = s->pixels + (size_t)index * (size_t)s->height * (size_t)s->width * (size_t)s->channels;
    fine = fine && write_to(s, &file, name, err) && place(s, &file, index, counter, &name, err);
    lm_new_file_abandon(&file);
    if (fine)
        tell(s, name);
    lm_free(path);
    lm_free(name);
    return fine;
}

/* ------------------------------------------------------------------ a batch */

static bool take_pixels(saving *s, const lm_tensor *t, const char *what)
{
    lm_pass *p = s->pass;

    t = lm_want_finite(p, t, what);
    if (!t)
        return false;
    if (lm_shape_of(t).n != 4 || (lm_dim(t, 3) != 3 && lm_dim(t, 3) != 4))
        return lm_pass_fail(p, INPUT, "a picture of %lld channels cannot be saved; it takes 3 or 4",
                            (long long)lm_dim(t, -1));
    s->pixels = lm_host_view(p, t);
    s->n = lm_dim(t, 0);
    s->height = (int)lm_dim(t, 1);
    s->width = (int)lm_dim(t, 2);
    s->channels = (int)lm_dim(t, 3);
    return s->pixels != NULL;
}

/* What a picture tells about its making: prompt, workflow, and how it was computed. */
static void take_texts(saving *s)
{
    const lm_run_env *env = s->call->env;
    lm_text           own = { 0 };

    if (env->no_metadata)
        return;
    lm_text_printf(&own, "{\"version\": \"%s\", \"precision\": \"%s\", \"device\": \"%s\"}", LIMN_VERSION,
                   env->compute == LM_COMPUTE_BF16 ? "bf16" : "f32",
                   env->device ? env->device->name : "");
    s->texts[0] = (lm_png_text){ "prompt", lm_json_ascii(env->prompt_json) };
    s->texts[1] = (lm_png_text){ "workflow", lm_json_ascii(env->workflow_json) };
    s->texts[2] = (lm_png_text){ "limn", lm_text_take(&own) };
}

static bool name_them(saving *s, const char *prefix, limn_error *err)
{
    const time_t now = time(NULL);
    struct tm    local;

    localtime_r(&now, &local);
    if (lm_picture_name_make(prefix, s->width, s->height, &local, &s->name, err))
        return true;
    if (err->code != LIMN_OK && !err->input[0])
        strcpy(err->input, "filename_prefix");
    return false;
}

static bool save_all(saving *s, const char *prefix, limn_error *err)
{
    int64_t counter;

    if (!name_them(s, prefix, err))
        return false;
    counter = lm_folders_next_counter(s->call->env->folders, s->kind, s->name.subfolder, s->name.name, err);
    for (int64_t i = 0; i < s->n && err->code == LIMN_OK; i++, counter++)
        save_one(s, i, &counter, err);
    return err->code == LIMN_OK;
}

static void saving_done(saving *s)
{
    for (int i = 0; i < 3; i++)
        lm_free((void *)(uintptr_t)s->texts[i].text);
    lm_picture_name_done(&s->name);
    lm_text_done(&s->answer);
}

/* Writes every picture of the tensor and answers with their names. */
static bool save(saving *s, const lm_tensor *pixels, const char *what, const char *prefix, limn_error *err)
{
    limn_error mine = { 0 };
    bool       fine = take_pixels(s, pixels, what);

    if (fine) {
        take_texts(s);
        fine = save_all(s, prefix, &mine);
    }
    if (fine) {
        lm_text_puts(&s->answer, "]}");
        lm_call_answer(s->call, lm_text_str(&s->answer));
    }
    saving_done(s);
    if (mine.code != LIMN_OK && err && err->code == LIMN_OK)
        *err = mine;
    return lm_pass_end(s->pass, err) && fine;
}

/* ------------------------------------------------------------------ SaveImage */

struct save_image {
    const limn_value *images;
    const char       *filename_prefix;
};
#define LIMN_ARGS struct save_image
static const limn_input save_image_in[] = {
    LIMN_LINK(images,          "IMAGE",   "The pictures to keep."),
    LIMN_TEXT(filename_prefix, "ComfyUI", "How the files' names begin; a '/' parts sub-folders, and marks "
                                          "like %year% or %width% are filled in."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output nothing_out[] = { { 0 } };

static bool save_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct save_image *a = args;
    lm_pass                 *p = lm_pass_begin(call);
    saving                   s = { .call = call, .pass = p, .kind = "output", .level = 4 };

    (void)out;
    return save(&s, lm_image_pixels(p, a->images), "the picture to save", a->filename_prefix, err);
}

/* A name that leads out is told before anything is computed. */
static bool save_image_check(limn_call *call, const void *args, limn_error *err)
{
    const struct save_image *a = args;
    saving                   s = { .call = call, .width = 1, .height = 1 };
    bool                     fine = !a->filename_prefix || name_them(&s, a->filename_prefix, err);

    saving_done(&s);
    return fine;
}

static const limn_node save_image = LIMN_NODE(
    .name = "SaveImage", .title = "Save Image", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Writes pictures to the output folder as PNG, with the workflow that made them inside.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = save_image_in, .outputs = nothing_out, .args_size = sizeof(struct save_image),
    .run = save_image_run, .check = save_image_check, .example = "workflows/nodes/save_image.json");

/* ------------------------------------------------------------------ previews */

/* "ComfyUI_temp_" and five letters, the same for a node as long as this process lives. */
static void preview_prefix(const limn_call *call, char out[32])
{
    static _Atomic uint64_t chance;
    uint64_t                mine = 0, none = 0;
    lm_hash                 h;

    if (!atomic_load(&chance)) {
        if (getrandom(&mine, sizeof mine, 0) != sizeof mine)
            mine = (uint64_t)time(NULL);
        atomic_compare_exchange_strong(&chance, &none, mine | 1);
    }
    h = lm_hash_text(lm_hash_u64(lm_hash_start(), atomic_load(&chance)), call->node ? call->node : "");
    strcpy(out, "ComfyUI_temp_");
    for (int i = 13; i < 18; i++, h.a /= 26)
        out[i] = (char)('a' + h.a % 26);
    out[18] = 0;
}

struct preview_image {
    const limn_value *images;
};
#define LIMN_ARGS struct preview_image
static const limn_input preview_image_in[] = {
    LIMN_LINK(images, "IMAGE", "The pictures to look at."),
    LIMN_END
};
#undef LIMN_ARGS

static bool preview_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct preview_image *a = args;
    lm_pass                    *p = lm_pass_begin(call);
    saving                      s = { .call = call, .pass = p, .kind = "temp", .level = 1 };
    char                        prefix[32];

    (void)out;
    preview_prefix(call, prefix);
    return save(&s, lm_image_pixels(p, a->images), "the picture to show", prefix, err);
}

static const limn_node preview_image = LIMN_NODE(
    .name = "PreviewImage", .title = "Preview Image", .category = "image", .module = "nodes",
    .version = 1, .doc = "Shows pictures without keeping them: they go to the temp folder.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = preview_image_in, .outputs = nothing_out, .args_size = sizeof(struct preview_image),
    .run = preview_image_run, .example = "workflows/nodes/preview_image.json");

struct preview_mask {
    const limn_value *mask;
};
#define LIMN_ARGS struct preview_mask
static const limn_input preview_mask_in[] = {
    LIMN_LINK(mask, "MASK", "The mask to look at."),
    LIMN_END
};
#undef LIMN_ARGS

/* A mask [N, H, W] as grey pixels [N, H, W, 3]. */
static const lm_tensor *grey(lm_pass *p, const lm_tensor *mask)
{
    const lm_tensor *one, *parts[3];

    if (!mask)
        return NULL;
    one = lm_reshape(p, mask, LM_SHAPE(lm_dim(mask, 0), lm_dim(mask, 1), lm_dim(mask, 2), 1));
    parts[0] = parts[1] = parts[2] = one;
    return lm_concat_all(p, parts, 3, 3);
}

static bool preview_mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct preview_mask *a = args;
    lm_pass                   *p = lm_pass_begin(call);
    saving                     s = { .call = call, .pass = p, .kind = "temp", .level = 4 };
    char                       prefix[32];

    (void)out;
    preview_prefix(call, prefix);
    return save(&s, grey(p, lm_mask_batch(p, a->mask)), "the mask to show", prefix, err);
}

static const limn_node preview_mask = LIMN_NODE(
    .name = "MaskPreview", .title = "MaskPreview", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1,
    .doc = "Shows a mask as a grey picture without keeping it.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = preview_mask_in, .outputs = nothing_out, .args_size = sizeof(struct preview_mask),
    .run = preview_mask_run, .example = "workflows/nodes/mask_preview.json");

const limn_node *const lm_nodes_image_save[] = { &save_image, &preview_image, &preview_mask, NULL };
