/* model_files_test.c: model files that are not what was asked for: other families, other kinds, tensors that
 * are missing, misshapen or hold broken numbers, names that are spelled another way; and embeddings. */
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/models/clip.h"
#include "nodes/models/detect.h"
#include "nodes/models/inversion.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"
#include "tests/temporary.h"

#define UNET "model.diffusion_model."
#define TEXT "cond_stage_model.transformer.text_model."
#define VAE  "first_stage_model."

/* ------------------------------------------------------------------ files in memory */

/* A model file being written; all tensors are F16. */
typedef struct file {
    lm_text header, data;
} file;

static void add(file *f, const char *name, lm_shape s, const void *data)
{
    const size_t bytes = (size_t)lm_shape_count(s) * 2, at = f->data.size;

    lm_text_printf(&f->header, "%s\"%s\":{\"dtype\":\"F16\",\"shape\":[", f->header.size ? "," : "{", name);
    for (int i = 0; i < s.n; i++)
        lm_text_printf(&f->header, i ? ",%lld" : "%lld", (long long)s.at[i]);
    lm_text_printf(&f->header, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
    if (data) {
        lm_text_add(&f->data, data, bytes);
    } else {
        char *zeros = calloc(1, bytes + 1);

        lm_text_add(&f->data, zeros, bytes);
        free(zeros);
    }
}

/* The file, opened; f is empty again. */
static lm_weights *done(file *f, const char *label)
{
    limn_error  err = { 0 };
    const int   fd = memfd_create("model", 0);
    uint64_t    size;
    lm_weights *w;

    lm_text_puts(&f->header, "}");
    while (f->header.size % 8)
        lm_text_puts(&f->header, " ");
    size = f->header.size;
    WANT(write(fd, &size, 8) == 8 && write(fd, f->header.at, f->header.size) == (ssize_t)f->header.size);
    for (size_t at = 0; at < f->data.size;) {
        const ssize_t n = write(fd, f->data.at + at, f->data.size - at);

        if (n <= 0)
            break;
        at += (size_t)n;
    }
    w = lm_weights_open(fd, label, &err);
    WANT_TEXT(w ? "opened" : err.text, "opened");
    close(fd);
    lm_text_done(&f->header);
    lm_text_done(&f->data);
    return w;
}

/* A file of small tensors with these names ("name 4 4 3 3"), NULL-terminated. */
static lm_weights *named(const char *const *rows)
{
    file f = { 0 };

    for (; *rows; rows++) {
        char     name[200];
        int      used = 0, size;
        lm_shape s = { 0 };

        sscanf(*rows, "%199s%n", name, &used);
        for (const char *at = *rows + used; sscanf(at, " %d%n", &size, &used) == 1; at += used)
            s.at[s.n++] = size;
        if (!s.n)
            s = LM_SHAPE(1);
        add(&f, name, s, NULL);
    }
    return done(&f, "x.safetensors");
}

/* How the tiny model is changed on its way into another file. NULL leaves a tensor out. */
typedef const char *change_fn(const char *name, lm_shape *shape, uint16_t *data);

static lm_weights *changed(change_fn *change)
{
    static lm_weights *tiny;
    file               f = { 0 };

    if (!tiny)
        tiny = recorded_tensors(LIMN_TINY);
    for (size_t i = 0; i < lm_weights_count(tiny); i++) {
        const lm_weight *t = lm_weights_at(tiny, i);
        limn_error       err = { 0 };
        lm_tensor       *x = lm_weights_tensor(tiny, lm_host_device(), t->name, &err);
        uint16_t        *data = malloc(t->bytes);
        lm_shape         s = t->shape;
        const char      *name;

        if (!x) { /* position_ids, whole numbers that nobody needs */
            free(data);
            continue;
        }
        lm_tensor_read(x, LM_F16, data);
        name = change(t->name, &s, data);
        if (name)
            add(&f, name, s, data);
        free(data);
        lm_tensor_unref(x);
    }
    return done(&f, "x.safetensors");
}

/* ------------------------------------------------------------------ what a file is */

static const struct known {
    const char  *rows[6];
    lm_file_kind kind;
    const char  *family, *refusal; /* as a checkpoint */
} known_files[] = {
    { { UNET "input_blocks.0.0.weight 320 4 3 3", UNET "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight 8 768" },
      LM_FILE_CHECKPOINT, "Stable Diffusion 1.x", NULL },
    { { "input_blocks.0.0.weight 320 4 3 3" }, LM_FILE_DENOISER, "Stable Diffusion 1.x", NULL },
    { { UNET "input_blocks.0.0.weight 320 4 3 3", UNET "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight 8 1024" },
      LM_FILE_CHECKPOINT, "Stable Diffusion 2.x",
      "x.safetensors is Stable Diffusion 2.x, which is not built yet; Stable Diffusion 1.x is" },
    { { UNET "input_blocks.0.0.weight 320 4 3 3", UNET "label_emb.0.0.weight", VAE "decoder.conv_in.weight" },
      LM_FILE_CHECKPOINT, "SDXL", "x.safetensors is SDXL, which is not built yet; Stable Diffusion 1.x is" },
    { { UNET "input_blocks.0.0.weight 384 4 3 3", UNET "label_emb.0.0.weight" }, LM_FILE_CHECKPOINT,
      "the SDXL refiner", "x.safetensors is the SDXL refiner, which is not built yet; Stable Diffusion 1.x is" },
    { { "double_blocks.0.img_attn.norm.key_norm.scale" }, LM_FILE_DENOISER, "Flux",
      "x.safetensors is Flux, which is not built yet; Stable Diffusion 1.x is" },
    { { UNET "joint_blocks.0.context_block.attn.qkv.weight" }, LM_FILE_CHECKPOINT, "Stable Diffusion 3",
      "x.safetensors is Stable Diffusion 3, which is not built yet; Stable Diffusion 1.x is" },
    { { UNET "input_blocks.0.0.weight 320 4 3 3", "v_pred", "ztsnr" }, LM_FILE_CHECKPOINT,
      "Stable Diffusion 1.x", "x.safetensors was trained down to pure noise (ztsnr), which is not built yet" },
    { { "decoder.conv_in.weight", "encoder.conv_in.weight" }, LM_FILE_VAE, NULL,
      "x.safetensors is a VAE, not a checkpoint; such files go into models/vae" },
    { { "lora_unet_input_blocks_1_1_proj_in.lora_up.weight" }, LM_FILE_LORA, NULL,
      "x.safetensors is a LoRA, not a checkpoint; such files go into models/loras" },
    { { "control_model.input_hint_block.0.weight" }, LM_FILE_CONTROLNET, NULL,
      "x.safetensors is a ControlNet, not a checkpoint; such files go into models/controlnet" },
    { { "emb_params 3 768" }, LM_FILE_EMBEDDING, NULL,
      "x.safetensors is an embedding, not a checkpoint; such files go into models/embeddings" },
    { { "text_model.encoder.layers.0.layer_norm1.weight" }, LM_FILE_TEXT_ENCODER, NULL,
      "x.safetensors is a text encoder, not a checkpoint; such files go into models/text_encoders" },
    { { "something.weight" }, LM_FILE_UNKNOWN, NULL,
      "x.safetensors is a model of a kind that limn does not know" },
};

TEST(a_file_is_known_by_its_tensors)
{
    for (size_t i = 0; i < sizeof known_files / sizeof *known_files; i++) {
        const struct known *k = &known_files[i];
        lm_weights         *w = named(k->rows);
        lm_detected         d = lm_detect(w);
        limn_error          err = { 0 };

        WANT(d.kind == k->kind && !d.family == !k->family);
        if (k->family)
            WANT_TEXT(d.family, k->family);
        WANT(lm_detect_usable(&d, w, LM_FILE_CHECKPOINT, &err) == !k->refusal);
        if (k->refusal)
            WANT_TEXT(err.text, k->refusal);
        lm_weights_unref(w);
    }
}

TEST(a_vae_is_taken_from_its_own_file_or_a_checkpoint)
{
    static const char *const vae[] = { "decoder.conv_in.weight", NULL };
    static const char *const both[] = { UNET "input_blocks.0.0.weight", VAE "decoder.conv_in.weight", NULL };
    static const char *const none[] = { UNET "input_blocks.0.0.weight", NULL };
    static const char *const other[] = { "decoder.up_blocks.0.resnets.0.norm1.weight", NULL };
    static const char *const *const files[] = { vae, both, none, other };

    for (int i = 0; i < 4; i++) {
        lm_weights *w = named(files[i]);
        lm_detected d = lm_detect(w);
        limn_error  err = { 0 };

        WANT(lm_detect_usable(&d, w, LM_FILE_VAE, &err) == (i < 2));
        if (i == 2)
            WANT_TEXT(err.text, "x.safetensors: this checkpoint holds no VAE");
        if (i == 3)
            WANT_TEXT(err.text, "x.safetensors: VAEs in diffusers' layout are not built yet");
        lm_weights_unref(w);
    }
}

/* ------------------------------------------------------------------ tensors at fault */

static const char *leave_out, *reshape_at, *poison_at;
static uint16_t    poison;

static const char *faulty(const char *name, lm_shape *s, uint16_t *data)
{
    if (leave_out && !strcmp(name, leave_out))
        return NULL;
    if (reshape_at && !strcmp(name, reshape_at))
        *s = LM_SHAPE(lm_shape_count(*s) / 32, 32);
    if (poison_at && !strcmp(name, poison_at))
        data[0] = poison;
    return name;
}

/* Loads all three networks of a changed file. The first error's sentence, or "loaded". */
static const char *load_faulty(void)
{
    static char text[400];
    limn_error  err = { 0 };
    lm_weights *w = changed(faulty);
    lm_unet    *u = lm_unet_load(w, UNET, lm_cpu_device(0), &err);
    lm_clip    *c = lm_clip_load(w, TEXT, lm_cpu_device(0), &err);
    lm_vae     *v = lm_vae_load(w, VAE, lm_cpu_device(0), &err);

    WANT((u && c && v) == (err.code == LIMN_OK));
    snprintf(text, sizeof text, "%s", err.code == LIMN_OK ? "loaded" : err.text);
    lm_unet_unref(u);
    lm_clip_unref(c);
    lm_vae_unref(v);
    lm_weights_unref(w);
    leave_out = reshape_at = NULL;
    return text;
}

TEST(a_missing_tensor_is_named)
{
    WANT_TEXT(load_faulty(), "loaded");
    leave_out = UNET "input_blocks.4.1.transformer_blocks.0.attn1.to_k.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: the tensor " UNET
              "input_blocks.4.1.transformer_blocks.0.attn1.to_k.weight is missing");
    leave_out = UNET "output_blocks.3.0.skip_connection.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: the tensor " UNET
              "output_blocks.3.0.skip_connection.weight is missing");
    leave_out = TEXT "encoder.layers.7.mlp.fc2.bias";
    WANT_TEXT(load_faulty(), "x.safetensors: the tensor " TEXT "encoder.layers.7.mlp.fc2.bias is missing");
    leave_out = VAE "decoder.up.1.upsample.conv.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: the tensor " VAE "decoder.up.1.upsample.conv.weight is missing");
}

TEST(a_misshapen_tensor_is_told_with_both_shapes)
{
    reshape_at = UNET "middle_block.0.in_layers.2.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: " UNET "middle_block.0.in_layers.2.weight is [10368, 32] where "
              "[some width, 192, 3, 3] is wanted");
    reshape_at = UNET "middle_block.1.transformer_blocks.0.ff.net.0.proj.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: " UNET "middle_block.1.transformer_blocks.0.ff.net.0.proj.weight "
              "is [9216, 32] where [1536, 192] is wanted");
    reshape_at = TEXT "embeddings.position_embedding.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: " TEXT "embeddings.position_embedding.weight is [154, 32] where "
              "[77, 64] is wanted");
    reshape_at = TEXT "encoder.layers.0.self_attn.q_proj.weight";
    WANT_TEXT(load_faulty(), "x.safetensors: " TEXT "encoder.layers.0.self_attn.q_proj.weight is [128, 32] where "
              "[64, 64] is wanted");
}

/* ------------------------------------------------------------------ broken numbers */

enum { F16_NAN = 0x7e00, F16_INFINITY = 0x7c00 };

/* Runs one of the networks of a file with a broken number. The sentence of the failure. */
static const char *run_poisoned(const char *at, uint16_t number, char what)
{
    static char text[400];
    limn_error  err = { 0 };
    lm_weights *w;

    poison_at = at;
    poison = number;
    w = changed(faulty);
    poison_at = NULL;

    lm_pass *p = lm_pass_begin(call_on(lm_cpu_device(0)));
    float    numbers[4 * 4 * 4] = { 0.5f }, context[77 * 64] = { 0.1f };
    const lm_tensor *x = lm_from_host(p, LM_SHAPE(1, 4, 4, 4), numbers);

    if (what == 'u') {
        lm_unet *u = lm_unet_load(w, UNET, p->device, &err);

        WANT(!lm_unet_eval(p, lm_unet_begin(p, u, lm_from_host(p, LM_SHAPE(1, 77, 64), context)), x, 10.0));
        lm_unet_unref(u);
    } else if (what == 'v' || what == 'e') {
        lm_vae *v = lm_vae_load(w, VAE, p->device, &err);
        float   picture[16 * 16 * 3] = { 0.5f };

        WANT(!(what == 'v' ? lm_vae_decode(p, v, x)
                           : lm_vae_encode(p, v, lm_from_host(p, LM_SHAPE(1, 16, 16, 3), picture))));
        lm_vae_unref(v);
    } else {
        lm_clip *c = lm_clip_load(w, TEXT, p->device, &err);

        WANT(!lm_clip_encode(p, c, "a cat", -1, NULL));
        lm_clip_unref(c);
    }
    WANT(!lm_pass_end(p, &err));
    snprintf(text, sizeof text, "%s", err.text);
    lm_weights_unref(w);
    return text;
}

TEST(a_broken_number_is_found_in_its_block)
{
    static const char tail[] = "holds a number that is infinite or not a number";
    static const struct {
        const char *at;
        uint16_t    number;
        char        what;
        const char *block;
    } cases[] = {
        { UNET "input_blocks.4.0.in_layers.2.weight", F16_NAN, 'u', "the denoiser: input_blocks.4.0: the answer of conv " },
        { UNET "output_blocks.8.1.proj_out.bias", F16_INFINITY, 'u', "the denoiser: output_blocks.8.1: the answer of linear " },
        { UNET "middle_block.1.transformer_blocks.0.attn1.to_v.weight", F16_NAN, 'u',
          "the denoiser: middle_block.1.transformer_blocks.0: the answer of linear " },
        { VAE "decoder.mid.attn_1.k.bias", F16_NAN, 'v', "the VAE's decoder: mid.attn_1: the answer of linear " },
        { VAE "decoder.up.0.block.1.norm2.weight", F16_INFINITY, 'v', "the VAE's decoder: up.0.block.1: the answer of " },
        { VAE "encoder.down.1.block.0.conv2.weight", F16_NAN, 'e', "the VAE's encoder: down.1.block.0: the answer of conv " },
        { VAE "encoder.norm_out.bias", F16_INFINITY, 'e', "the VAE's encoder: conv_out: the answer of " },
        { TEXT "encoder.layers.3.mlp.fc1.weight", F16_NAN, 't', "the text encoder: text_model.encoder.layers.3: the answer of linear " },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *said = run_poisoned(cases[i].at, cases[i].number, cases[i].what);

        if (strncmp(said, cases[i].block, strlen(cases[i].block)) || !strstr(said, tail))
            WANT_TEXT(said, cases[i].block);
    }
}

TEST(a_broken_latent_or_prompt_is_told_as_such)
{
    limn_error  err = { 0 };
    lm_weights *w = recorded_tensors(LIMN_TINY);
    lm_unet    *u = lm_unet_load(w, UNET, lm_cpu_device(0), &err);
    float       numbers[4 * 4 * 4] = { NAN }, context[77 * 64] = { 0 };

    for (int i = 0; i < 2; i++) {
        lm_pass *p = lm_pass_begin(call_on(lm_cpu_device(0)));

        memset(&err, 0, sizeof err);
        context[5] = i ? INFINITY : 0.0f;
        lm_unet_run *run = lm_unet_begin(p, u, lm_from_host(p, LM_SHAPE(1, 77, 64), context));
        WANT(!run == (i == 1));
        if (run)
            lm_unet_eval(p, run, lm_from_host(p, LM_SHAPE(1, 4, 4, 4), numbers), 10.0);
        WANT(!lm_pass_end(p, &err));
        WANT_TEXT(err.text, i ? "the conditioning holds a number that is infinite or not a number"
                              : "the denoiser: the latent it was given holds a number that is infinite or not a number");
    }
    lm_unet_unref(u);
    lm_weights_unref(w);
}

TEST(a_broken_picture_or_latent_of_the_vae_is_told_as_such)
{
    lm_weights *w = recorded_tensors(LIMN_TINY);
    float       numbers[16 * 16 * 3] = { 0.5f };

    numbers[7] = NAN;
    for (int i = 0; i < 2; i++) {
        limn_error err = { 0 };
        lm_pass   *p = lm_pass_begin(call_on(lm_cpu_device(0)));
        lm_vae    *v = lm_vae_load(w, VAE, p->device, &err);

        WANT(!(i ? lm_vae_encode(p, v, lm_from_host(p, LM_SHAPE(1, 16, 16, 3), numbers))
                 : lm_vae_decode(p, v, lm_from_host(p, LM_SHAPE(1, 4, 4, 4), numbers))));
        WANT(!lm_pass_end(p, &err));
        WANT_TEXT(err.text, i ? "the VAE's encoder: the picture it was given holds a number that is infinite or not a number"
                              : "the VAE's decoder: the latent it was given holds a number that is infinite or not a number");
        lm_vae_unref(v);
    }
    lm_weights_unref(w);
}

/* ------------------------------------------------------------------ other spellings */

static const char *without_text_model(const char *name, lm_shape *s, uint16_t *data)
{
    static char other[200];

    (void)s, (void)data;
    if (strncmp(name, TEXT, strlen(TEXT)))
        return strncmp(name, UNET, strlen(UNET)) ? name : NULL;
    snprintf(other, sizeof other, "cond_stage_model.transformer.%s", name + strlen(TEXT));
    return other;
}

TEST(text_encoders_are_found_under_both_names)
{
    lm_weights *w = changed(without_text_model);
    lm_detected d = lm_detect(w);
    limn_error  err = { 0 };
    lm_clip    *c = lm_clip_load(w, d.text_prefix, lm_cpu_device(0), &err);

    WANT_TEXT(d.text_prefix, "cond_stage_model.transformer.");
    WANT(c && lm_clip_layers(c) == 12 && lm_clip_width(c) == 64);
    lm_clip_unref(c);
    lm_weights_unref(w);
}

/* ------------------------------------------------------------------ embeddings */

static char base[TEMPORARY_PATH];

static void write_embedding(const char *path, const char *tensor, int64_t n, int64_t width, float first)
{
    char     whole[300], *header;
    uint64_t size;
    FILE    *f;

    snprintf(whole, sizeof whole, "%s/models/embeddings/%s", base, path);
    f = fopen(whole, "wb");
    WANT(asprintf(&header, "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%lld,%lld],\"data_offsets\":[0,%lld]}}       ", tensor,
                  (long long)n, (long long)width, (long long)(4 * n * width)) > 0);
    size = strlen(header) / 8 * 8;
    fwrite(&size, 8, 1, f);
    fwrite(header, 1, size, f);
    for (int64_t i = 0; i < n * width; i++) {
        const float x = first + (float)i;

        fwrite(&x, 4, 1, f);
    }
    fclose(f);
    free(header);
}

static lm_folders *embedding_folders(void)
{
    limn_error err = { 0 };
    char       path[300];

    temporary_folder(base, "model-files");
    snprintf(path, sizeof path, "%s/models", base);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/models/embeddings", base);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/models/embeddings/more", base);
    mkdir(path, 0755);
    write_embedding("calm.safetensors", "emb_params", 2, 64, 0.0f);
    write_embedding("more/wild.safetensors", "clip_l", 1, 64, 100.0f);
    write_embedding("wide.safetensors", "emb_params", 3, 128, 0.0f);
    snprintf(path, sizeof path, "%s/models/embeddings/broken.safetensors", base);
    fclose(fopen(path, "wb"));
    return lm_folders_new(base, &err);
}

static void remove_all(void)
{
    char command[TEMPORARY_PATH + 16];

    snprintf(command, sizeof command, "rm -r %s", base);
    WANT(system(command) == 0);
}

TEST(embeddings_are_found_by_name_and_in_folders)
{
    lm_folders *f = embedding_folders();
    lm_vectors  calm = lm_inversion_find(f, "calm"), wild = lm_inversion_find(f, "wild.safetensors");
    lm_vectors  whole = lm_inversion_find(f, "more/wild");

    WANT(calm.at && calm.count == 2 && calm.width == 64 && calm.at[127] == 127.0f);
    WANT(wild.at && wild.count == 1 && wild.at[0] == 100.0f);
    WANT(whole.at && whole.at[1] == 101.0f);
    WANT(!lm_inversion_find(f, "cal").at && !lm_inversion_find(f, "").at);
    WANT(!lm_inversion_find(f, "../calm").at && !lm_inversion_find(f, "broken").at);
    lm_free(calm.at);
    lm_free(wild.at);
    lm_free(whole.at);

    /* Another file, another mark: what was encoded with the one is not taken for the other. */
    const uint64_t mark = lm_inversion_mark(f);

    WANT(lm_inversion_mark(f) == mark);
    write_embedding("more/wild.safetensors", "clip_l", 2, 64, 100.0f);
    WANT(lm_inversion_mark(f) != mark);

    /* In a prompt: one of another width is left out, as if it were not there. */
    limn_error  err = { 0 };
    lm_weights *w = recorded_tensors(LIMN_TINY);
    lm_clip    *c = lm_clip_load(w, TEXT, lm_cpu_device(0), &err);
    lm_pass    *p = lm_pass_begin(call_on(lm_cpu_device(0)));

    test_env.folders = f;
    lm_tensor *plain = lm_clip_encode(p, c, "a cat", -1, NULL);
    WANT(relative_error(p, lm_clip_encode(p, c, "a embedding:wide cat", -1, NULL), plain) == 0.0);
    WANT(relative_error(p, lm_clip_encode(p, c, "a embedding:none cat", -1, NULL), plain) == 0.0);
    WANT(relative_error(p, lm_clip_encode(p, c, "a embedding:calm cat", -1, NULL), plain) > 0.01);
    test_env.folders = NULL;
    WANT(lm_pass_end(p, &err));
    lm_clip_unref(c);
    lm_weights_unref(w);
    lm_folders_free(f);
    remove_all();
}

TEST_MAIN
