/* a1111.c: A1111's words about a picture, made into a graph. */
#include "nodes/a1111.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"
#include "nodes/json_text.h"

enum { LONGEST_TEXT = 64 << 10, LONGEST_NAME = 200 };

/* ------------------------------------------------------------------ writing nodes */

/* An output of a node. */
typedef struct ref {
    int node, slot;
} ref;

typedef struct graph {
    lm_text json;
    int     n; /* nodes so far; their ids are 1, 2, … */
} graph;

static void begin(graph *g, const char *class_name)
{
    lm_text_printf(&g->json, "%s\n  \"%d\": { \"class_type\": \"%s\", \"inputs\": {", g->n ? "," : "{", g->n + 1,
                   class_name);
    g->n++;
}

/* Commas stand before every input but a node's first. */
static void key(graph *g, const char *name)
{
    lm_text_printf(&g->json, "%s\"%s\": ", g->json.at[g->json.size - 1] == '{' ? " " : ", ", name);
}

static void put_link(graph *g, const char *name, ref r)
{
    key(g, name);
    lm_text_printf(&g->json, "[\"%d\", %d]", r.node, r.slot);
}

static void put_text(graph *g, const char *name, const char *text)
{
    key(g, name);
    lm_json_quote(&g->json, text);
}

static void put_number(graph *g, const char *name, double x)
{
    key(g, name);
    lm_text_printf(&g->json, "%.10g", x);
}

/* Its first output. */
static ref end(graph *g)
{
    lm_text_puts(&g->json, " } }");
    return (ref){ g->n, 0 };
}

/* ------------------------------------------------------------------ the parts of the graph */

/* What one walk takes. */
typedef struct walk {
    ref         positive, negative, latent;
    const char *sampler, *scheduler;
    double      steps, cfg, denoise;
} walk;

typedef struct builder {
    graph                g;
    const lm_a1111_text *text;
    lm_folders          *folders;
    lm_text             *notes;
    lm_a1111_reading     reading;
    ref                  bare_model, bare_clip; /* before LoRAs */
    ref                  model, clip, vae;
} builder;

static const char *field(const builder *b, const char *name)
{
    return lm_a1111_field(b->text, name);
}

/* The file of a kind, or the name as it is spelled. [new] */
static char *file_of(const builder *b, const char *kind, const char *name)
{
    char *file = lm_a1111_file(b->folders, kind, name);

    return file ? file : lm_copy_text(name);
}

/* "Hashes: {"model": "0123456789", …}", the digits; NULL: none. [new] */
static char *hash_of_model(const builder *b)
{
    static const char mark[] = "\"model\": \"";
    const char       *hash = field(b, "model hash"), *all = field(b, "hashes"), *at;

    if (hash)
        return lm_copy_text(hash);
    at = all ? strstr(all, mark) : NULL;
    return at ? lm_copy_bytes(at + sizeof mark - 1, strcspn(at + sizeof mark - 1, "\"")) : NULL;
}

/* By name, then by hash; the name as it is spelled when neither is here. [new] */
static char *choose_model(const builder *b)
{
    const char *name = field(b, "model");
    char       *hash = hash_of_model(b), *file = name ? lm_a1111_file(b->folders, "checkpoints", name) : NULL;

    if (!file && hash)
        file = lm_a1111_file_by_hash(b->folders, "checkpoints", hash, b->notes);
    if (!file && !name)
        lm_a1111_note(b->notes, "the text names no model%s%.64s: give one with "
                      "--set CheckpointLoaderSimple.ckpt_name=FILE", hash ? " but the hash " : "", hash ? hash : "");
    lm_free(hash);
    return file ? file : lm_copy_text(name ? name : "");
}

static void add_loaders(builder *b)
{
    const char *vae = field(b, "vae");
    char       *file = choose_model(b);

    begin(&b->g, "CheckpointLoaderSimple");
    put_text(&b->g, "ckpt_name", file);
    b->model = end(&b->g);
    b->clip = (ref){ b->model.node, 1 };
    b->vae = (ref){ b->model.node, 2 };
    lm_free(file);
    if (!vae || !*vae || !strcasecmp(vae, "Automatic") || !strcasecmp(vae, "None"))
        return;
    file = file_of(b, "vae", vae);
    begin(&b->g, "VAELoader");
    put_text(&b->g, "vae_name", file);
    b->vae = end(&b->g);
    lm_free(file);
}

static void add_clip_skip(builder *b)
{
    const double skip = lm_a1111_number(b->text, "clip skip", 1);

    begin(&b->g, "CLIPSetLastLayer");
    put_link(&b->g, "clip", b->clip);
    put_number(&b->g, "stop_at_clip_layer", -fmax(1, floor(skip)));
    b->bare_model = b->model;
    b->bare_clip = end(&b->g);
}

static void add_loras(builder *b, const lm_a1111_prompt *p)
{
    for (int i = 0; i < p->n_loras; i++) {
        char *file = file_of(b, "loras", p->loras[i].name);

        begin(&b->g, "LoraLoader");
        put_link(&b->g, "model", b->model);
        put_link(&b->g, "clip", b->clip);
        put_text(&b->g, "lora_name", file);
        put_number(&b->g, "strength_model", p->loras[i].model);
        put_number(&b->g, "strength_clip", p->loras[i].clip);
        b->model = end(&b->g);
        b->clip = (ref){ b->model.node, 1 };
        lm_free(file);
    }
}

/* ------------------------------------------------------------------ prompts */

static ref join(builder *b, const char *class_name, const char *first, ref x, const char *second, ref y)
{
    begin(&b->g, class_name);
    put_link(&b->g, first, x);
    put_link(&b->g, second, y);
    return end(&b->g);
}

/* Chunks stand one behind the other, as BREAK asks. */
static ref add_chunks(builder *b, const lm_a1111_part *part)
{
    ref all = { 0, 0 }, one;

    for (int i = 0; i < part->n_chunks; i++) {
        begin(&b->g, "CLIPTextEncode");
        put_text(&b->g, "text", part->chunks[i]);
        put_link(&b->g, "clip", b->clip);
        one = end(&b->g);
        all = i ? join(b, "ConditioningConcat", "conditioning_to", all, "conditioning_from", one) : one;
    }
    return all;
}

/* A1111 adds up what AND joins, each times its weight; here it is a mean by weight, so that the sum of the
 * weights goes to cfg. */
static ref add_parts(builder *b, const lm_a1111_prompt *p, double *cfg)
{
    double sum = 0;
    ref    all = { 0, 0 }, one;

    for (int i = 0; i < p->n_parts; i++) {
        const double weight = p->parts[i].weight;

        if (weight <= 0 && p->n_parts > 1) {
            lm_a1111_note(b->notes, "a part of the prompt with the weight %g is left out: the graph cannot push away",
                          weight);
            continue;
        }
        one = add_chunks(b, &p->parts[i]);
        if (weight != 1 && p->n_parts > 1) {
            begin(&b->g, "ConditioningSetAreaStrength");
            put_link(&b->g, "conditioning", one);
            put_number(&b->g, "strength", weight);
            one = end(&b->g);
        }
        all = sum > 0 ? join(b, "ConditioningCombine", "conditioning_1", all, "conditioning_2", one) : one;
        sum += weight;
    }
    if (!all.node)
        all = add_chunks(b, &p->parts[0]);
    else
        *cfg *= sum;
    return all;
}

/* Both prompts of a pass; LoRAs join the chain first, so that every encoder sees them. */
static void add_prompts(builder *b, const char *positive, const char *negative, walk *w)
{
    lm_a1111_prompt yes, no;

    b->reading.steps = w->steps;
    b->reading.joined = true;
    lm_a1111_prompt_read(&yes, positive, &b->reading);
    b->reading.joined = false;
    lm_a1111_prompt_read(&no, negative, &b->reading);
    if (yes.weighted || no.weighted)
        lm_a1111_note(b->notes, "A1111 evens out the prompt as a whole after weighing words, which the graph does not: "
                      "words with a weight count a little differently");
    b->model = b->bare_model;
    b->clip = b->bare_clip;
    add_loras(b, &yes);
    add_loras(b, &no);
    w->positive = add_parts(b, &yes, &w->cfg);
    w->negative = add_parts(b, &no, &(double){ 1 });
    lm_a1111_prompt_done(&yes);
    lm_a1111_prompt_done(&no);
}

/* ------------------------------------------------------------------ walks */

static uint64_t seed_of(const builder *b)
{
    const char *text = field(b, "seed");
    char       *rest;
    uint64_t    seed = text ? strtoull(text, &rest, 10) : 0;

    if (!text || *text < '0' || *text > '9' || *rest)
        lm_a1111_note(b->notes, "the text has no seed that is a number; it is 0");
    return text && *text >= '0' && *text <= '9' ? seed : 0;
}

static ref add_sampler(builder *b, const walk *w)
{
    begin(&b->g, "KSampler");
    put_link(&b->g, "model", b->model);
    key(&b->g, "seed");
    lm_text_printf(&b->g.json, "%" PRIu64, seed_of(b));
    put_number(&b->g, "steps", w->steps);
    put_number(&b->g, "cfg", w->cfg);
    put_text(&b->g, "sampler_name", w->sampler);
    put_text(&b->g, "scheduler", w->scheduler);
    put_link(&b->g, "positive", w->positive);
    put_link(&b->g, "negative", w->negative);
    put_link(&b->g, "latent_image", w->latent);
    put_number(&b->g, "denoise", w->denoise);
    return end(&b->g);
}

static ref add_empty(builder *b, long *width, long *height)
{
    if (!lm_a1111_size(field(b, "size"), width, height)) {
        lm_a1111_note(b->notes, "the text has no size; it is 512 x 512");
        *width = *height = 512;
    }
    begin(&b->g, "EmptyLatentImage");
    put_number(&b->g, "width", (double)*width);
    put_number(&b->g, "height", (double)*height);
    put_number(&b->g, "batch_size", 1);
    return end(&b->g);
}

static walk first_walk(builder *b)
{
    walk w = { .steps = fmax(1, floor(lm_a1111_number(b->text, "steps", 20))),
               .cfg = lm_a1111_number(b->text, "cfg scale", 7), .denoise = 1 };

    lm_a1111_sampler(field(b, "sampler") ? field(b, "sampler") : "Euler", field(b, "schedule type"), &w.sampler,
                     &w.scheduler, b->notes);
    return w;
}

/* ------------------------------------------------------------------ the second, larger pass */

/* How an upscaler of latents fills in, by its name in A1111; NULL: it works on pictures. */
static const char *latent_method(const char *upscaler)
{
    if (strncasecmp(upscaler, "Latent", 6))
        return NULL;
    return strstr(upscaler, "bicubic") ? "bicubic" : strstr(upscaler, "nearest") ? "nearest-exact" : "bilinear";
}

static ref scaled_latent(builder *b, ref latent, const char *method, double factor, long width, long height)
{
    begin(&b->g, factor > 0 ? "LatentUpscaleBy" : "LatentUpscale");
    put_link(&b->g, "samples", latent);
    put_text(&b->g, "upscale_method", method);
    if (factor > 0) {
        put_number(&b->g, "scale_by", factor);
    } else {
        put_number(&b->g, "width", (double)width);
        put_number(&b->g, "height", (double)height);
        put_text(&b->g, "crop", "disabled");
    }
    return end(&b->g);
}

/* The picture enlarged by a network, which is a file among upscale_models. */
static ref by_network(builder *b, ref picture, const char *upscaler)
{
    char *file = file_of(b, "upscale_models", upscaler);
    ref   network;

    begin(&b->g, "UpscaleModelLoader");
    put_text(&b->g, "model_name", file);
    network = end(&b->g);
    lm_free(file);
    return join(b, "ImageUpscaleWithModel", "upscale_model", network, "image", picture);
}

static ref scaled_picture(builder *b, ref latent, const char *upscaler, long width, long height)
{
    const bool nearest = !strcasecmp(upscaler, "Nearest") || !strcasecmp(upscaler, "None");
    const bool plain = nearest || !strcasecmp(upscaler, "Lanczos");
    ref        picture = join(b, "VAEDecode", "samples", latent, "vae", b->vae);

    if (!plain)
        picture = by_network(b, picture, upscaler);
    begin(&b->g, "ImageScale");
    put_link(&b->g, "image", picture);
    put_text(&b->g, "upscale_method", nearest ? "nearest-exact" : "lanczos");
    put_number(&b->g, "width", (double)width);
    put_number(&b->g, "height", (double)height);
    put_text(&b->g, "crop", "disabled");
    return join(b, "VAEEncode", "pixels", end(&b->g), "vae", b->vae);
}

static ref scaled(builder *b, ref latent, long width, long height)
{
    const char  *upscaler = field(b, "hires upscaler");
    const double factor = lm_a1111_number(b->text, "hires upscale", 0);
    const char  *method;

    upscaler = upscaler ? upscaler : "Latent";
    method = latent_method(upscaler);
    if (factor > 0) {
        width = (long)fmin(1e5, floor((double)width * factor));
        height = (long)fmin(1e5, floor((double)height * factor));
    } else {
        lm_a1111_size(field(b, "hires resize"), &width, &height);
    }
    return method ? scaled_latent(b, latent, method, factor, width, height)
                  : scaled_picture(b, latent, upscaler, width, height);
}

/* Without "Hires steps", A1111 takes of the first pass's steps the share that denoising asks for. */
static double second_steps(const builder *b, double steps, double denoise)
{
    const double given = floor(lm_a1111_number(b->text, "hires steps", 0));

    return given > 0 ? given : fmin(steps, floor(denoise * steps) + 1);
}

static ref add_second_pass(builder *b, ref latent, const walk *first, long width, long height)
{
    const char *sampler = field(b, "hires sampler"), *schedule = field(b, "hires schedule type");
    const char *positive = field(b, "hires prompt"), *negative = field(b, "hires negative prompt");
    walk        w = *first;

    w.latent = scaled(b, latent, width, height);
    w.denoise = fmin(1, fmax(0, lm_a1111_number(b->text, "denoising strength", 0.7)));
    w.steps = second_steps(b, first->steps, w.denoise);
    if (sampler || schedule)
        lm_a1111_sampler(sampler ? sampler : field(b, "sampler") ? field(b, "sampler") : "Euler",
                         schedule ? schedule : field(b, "schedule type"), &w.sampler, &w.scheduler, b->notes);
    if (positive || negative) {
        w.cfg = lm_a1111_number(b->text, "cfg scale", 7);
        add_prompts(b, positive ? positive : b->text->prompt, negative ? negative : b->text->negative, &w);
    }
    w.cfg = lm_a1111_number(b->text, "hires cfg scale", w.cfg);
    return add_sampler(b, &w);
}

/* ------------------------------------------------------------------ what is left out */

/* Fields that changed the picture and have no place in the graph. */
static void note_left_out(const builder *b)
{
    static const struct { const char *begins, *sentence; } left_out[] = {
        { "controlnet", "ControlNet guided the picture, and the text does not carry what it saw" },
        { "adetailer", "ADetailer repainted parts of the picture; that pass is left out" },
        { "refiner", "a refiner took over on the way; it is left out" },
        { "variation seed", "the noise was mixed with that of a variation seed; it is left out" },
        { "seed resize from", "the noise was resized from another size; it is left out" },
        { "face restoration", "faces were restored afterwards; that is left out" },
        { "hypernet", "a hypernetwork took part; it is left out" },
        { "tiling", "the picture was made to tile; that is left out" },
        { "token merging", "tokens were merged, which changes details; that is left out" },
        { "mask blur", "only a part of another picture was repainted, and the text does not carry it" },
        { "hires checkpoint", "the second pass had a model of its own; it is left out" },
        { "freeu", "FreeU changed the denoiser; it is left out" },
        { "dynamic thresholding", "guidance was thresholded; that is left out" },
    };

    for (int i = 0; i < b->text->n_fields; i++)
        for (size_t k = 0; k < sizeof left_out / sizeof *left_out; k++)
            if (!strncmp(b->text->fields[i].key, left_out[k].begins, strlen(left_out[k].begins)))
                lm_a1111_note(b->notes, "%s", left_out[k].sentence);
}

static void note_noise(const builder *b, bool second_pass)
{
    const char *rng = field(b, "rng");

    if (!rng || strcasecmp(rng, "CPU"))
        lm_a1111_note(b->notes, "the text does not say \"RNG: CPU\", so its noise came from a GPU: the picture will "
                      "be another one of the same kind");
    if (field(b, "denoising strength") && !second_pass)
        lm_a1111_note(b->notes, "it was painted over another picture, which the text does not carry: it begins in pure "
                      "noise here");
}

/* ------------------------------------------------------------------ the whole */

static lm_emphasis emphasis_of(const builder *b)
{
    const char *word = field(b, "emphasis");

    return !word ? LM_EMPHASIS_WEIGHTS : !strcasecmp(word, "Ignore") ? LM_EMPHASIS_IGNORED
         : !strcasecmp(word, "None") ? LM_EMPHASIS_LITERAL : LM_EMPHASIS_WEIGHTS;
}

static void build(builder *b)
{
    const bool second = lm_a1111_number(b->text, "hires upscale", 0) > 0 || field(b, "hires resize");
    walk       w = first_walk(b);
    long       width, height;
    ref        latent;

    add_loaders(b);
    add_clip_skip(b);
    add_prompts(b, b->text->prompt, b->text->negative, &w);
    w.latent = add_empty(b, &width, &height);
    latent = add_sampler(b, &w);
    if (second)
        latent = add_second_pass(b, latent, &w, width, height);
    latent = join(b, "VAEDecode", "samples", latent, "vae", b->vae);
    begin(&b->g, "SaveImage");
    put_link(&b->g, "images", latent);
    put_text(&b->g, "filename_prefix", "ComfyUI");
    end(&b->g);
    lm_text_puts(&b->g.json, "\n}\n");
    note_left_out(b);
    note_noise(b, second);
}

char *lm_a1111_graph(const char *text, lm_folders *folders, lm_text *notes, limn_error *err)
{
    lm_a1111_text t;
    builder       b = { .text = &t, .folders = folders, .notes = notes };

    if (strlen(text) > LONGEST_TEXT) {
        limn_fail(err, FILE, "these are more than %d KiB of words, which no A1111 writes", LONGEST_TEXT >> 10);
        return NULL;
    }
    if (!lm_a1111_read(&t, text)) {
        limn_fail(err, FILE, "no line begins with \"Steps:\", so these are not A1111's words about a picture");
        return NULL;
    }
    b.reading = (lm_a1111_reading){ .emphasis = emphasis_of(&b), .notes = notes,
                                    .embeddings = folders ? lm_folders_names(folders, "embeddings") : NULL };
    build(&b);
    lm_folders_names_free(b.reading.embeddings);
    lm_a1111_done(&t);
    return lm_text_take(&b.g.json);
}
