/* saving.c: a batch of pictures on its way to PNG files. */
#include "nodes/saving.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "kernels/ops.h"
#include "nodes/json_text.h"
#include "nodes/picture/name.h"
#include "nodes/picture/png.h"

/* ------------------------------------------------------------------ one picture */

/* A batch on its way to files: pixels [n, height, width, channels] on the host. */
typedef struct saving {
    const lm_saving  *how;
    const limn_call  *call;
    const lm_run_env *env; /* the call's */
    lm_picture_name   name;
    const float      *pixels;
    int64_t           n;
    int               width, height, channels;
    lm_png_text       texts[3];
    const float      *picture; /* the one being written */
    lm_text           answer;
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
                             .channels = s->channels, .level = s->how->level, .texts = s->texts,
                             .n_texts = 3, .row = fill_row, .self = s, .call = s->call };

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
    lm_json_quote(&s->answer, s->how->kind);
    lm_text_puts(&s->answer, "}");
}

static bool save_one(saving *s, int64_t index, int64_t *counter, limn_error *err)
{
    char       *name = lm_picture_file_name(&s->name, index, *counter);
    char       *path = join(s->name.subfolder, name);
    lm_new_file file;
    bool        fine = lm_new_file_begin(s->env->folders, s->how->kind, path, &file, err);

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

static bool take_pixels(lm_pass *p, saving *s, const lm_tensor *t)
{
    t = lm_want_finite(p, t, s->how->what);
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
    const lm_run_env *env = s->env;
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
    if (err && !err->input[0])
        strcpy(err->input, "filename_prefix");
    return false;
}

bool lm_saving_check(const char *prefix, limn_error *err)
{
    saving s = { .width = 1, .height = 1 };
    bool   fine = name_them(&s, prefix, err);

    lm_picture_name_done(&s.name);
    return fine;
}

static bool save_all(saving *s, limn_error *err)
{
    int64_t counter;

    if (!name_them(s, s->how->prefix, err))
        return false;
    counter = lm_folders_next_counter(s->env->folders, s->how->kind, s->name.subfolder, s->name.name, err);
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

bool lm_save_pictures(lm_pass *p, const lm_saving *how, const lm_tensor *pixels, limn_error *err)
{
    limn_error mine = { 0 };
    saving     s = { .how = how, .call = p->call, .env = lm_call_env(p->call) };
    bool       fine = take_pixels(p, &s, pixels);

    if (fine) {
        take_texts(&s);
        fine = save_all(&s, &mine);
    }
    if (fine) {
        lm_text_puts(&s.answer, "]}");
        lm_call_answer(p->call, lm_text_str(&s.answer));
    }
    saving_done(&s);
    if (mine.code != LIMN_OK && err && err->code == LIMN_OK)
        *err = mine;
    return fine;
}

/* ------------------------------------------------------------------ without files */

/* A file that only this process knows, and what was written to it. */
static bool give_written(const saving *s, int fd, limn_error *err)
{
    const off_t size = lseek(fd, 0, SEEK_END);
    char       *png = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;

    if (png == MAP_FAILED)
        return limn_fail(err, MEMORY, "there is no memory for %s as a PNG", s->how->what);
    lm_call_tell((limn_call *)s->call, (lm_event){ .kind = LM_EV_PICTURE, .width = s->width, .height = s->height,
                                                   .picture = png, .n_picture = (size_t)size });
    munmap(png, (size_t)size);
    return true;
}

static bool give_one(saving *s, int64_t index, limn_error *err)
{
    const lm_new_file file = { .fd = memfd_create("picture", MFD_CLOEXEC) };
    bool              fine;

    if (file.fd < 0)
        return limn_fail(err, MEMORY, "there is no memory for %s as a PNG: %s", s->how->what, strerror(errno));
    s->picture = s->pixels + (size_t)index * (size_t)s->height * (size_t)s->width * (size_t)s->channels;
    fine = write_to(s, &file, s->how->what, err) && give_written(s, file.fd, err);
    close(file.fd);
    return fine;
}

bool lm_give_pictures(lm_pass *p, const char *what, const lm_tensor *pixels, limn_error *err)
{
    const lm_saving how = { .what = what, .level = 4 };
    limn_error      mine = { 0 };
    saving          s = { .how = &how, .call = p->call, .env = lm_call_env(p->call) };
    bool            fine = take_pixels(p, &s, pixels);

    for (int64_t i = 0; fine && i < s.n; i++) {
        lm_call_tell(p->call, (lm_event){ .kind = LM_EV_PROGRESS, .value = i, .total = s.n });
        fine = give_one(&s, i, &mine);
    }
    saving_done(&s);
    if (mine.code != LIMN_OK && err && err->code == LIMN_OK)
        *err = mine;
    return fine;
}
