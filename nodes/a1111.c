/* a1111.c: A1111's words about a picture, made into a graph: loaders, prompts and the first walk. */
#include "nodes/a1111.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_build.h"

enum { LONGEST_TEXT = 64 << 10, LONGEST_NAME = 200 };

/* ------------------------------------------------------------------ the parts of the graph */

const char *lm_a1111_said(const lm_a1111_builder *b, const char *name)
{
    return lm_a1111_field(b->text, name);
}

/* The file of a kind, or the name as it is spelled. [new] */
char *lm_a1111_file_of(const lm_a1111_builder *b, const char *kind, const char *name)
{
    char *file = lm_a1111_file(b->folders, kind, name);

    return file ? file : lm_copy_text(name);
}

/* "Hashes: {"model": "0123456789", …}", the digits; NULL: none. [new] */
static char *hash_of_model(const lm_a1111_builder *b)
{
    static const char mark[] = "\"model\": \"";
    const char       *hash = lm_a1111_said(b, "model hash"), *all = lm_a1111_said(b, "hashes"), *at;

    if (hash)
        return lm_copy_text(hash);
    at = all ? strstr(all, mark) : NULL;
    return at ? lm_copy_bytes(at + sizeof mark - 1, strcspn(at + sizeof mark - 1, "\"")) : NULL;
}

/* By name, then by hash; the name as it is spelled when neither is here. [new] */
static char *choose_model(const lm_a1111_builder *b)
{
    const char *name = lm_a1111_said(b, "model");
    char       *hash = hash_of_model(b), *file = name ? lm_a1111_file(b->folders, "checkpoints", name) : NULL;

    if (!file && hash)
        file = lm_a1111_file_by_hash(b->folders, "checkpoints", hash, b->notes);
    if (!file && !name)
        lm_a1111_note(b->notes, "the text names no model%s%.64s: give one with "
                      "--set CheckpointLoaderSimple.ckpt_name=FILE", hash ? " but the hash " : "", hash ? hash : "");
    lm_free(hash);
    return file ? file : lm_copy_text(name ? name : "");
}

static void add_loaders(lm_a1111_builder *b)
{
    const char *vae = lm_a1111_said(b, "vae");
    char       *file = choose_model(b);

    lm_a1111_begin(&b->g, "CheckpointLoaderSimple");
    lm_a1111_put_text(&b->g, "ckpt_name", file);
    b->model = lm_a1111_end(&b->g);
    b->clip = (lm_a1111_ref){ b->model.node, 1 };
    b->vae = (lm_a1111_ref){ b->model.node, 2 };
    lm_free(file);
    if (!vae || !*vae || !strcasecmp(vae, "Automatic") || !strcasecmp(vae, "None"))
        return;
    file = lm_a1111_file_of(b, "vae", vae);
    lm_a1111_begin(&b->g, "VAELoader");
    lm_a1111_put_text(&b->g, "vae_name", file);
    b->vae = lm_a1111_end(&b->g);
    lm_free(file);
}

static void add_clip_skip(lm_a1111_builder *b)
{
    const double skip = lm_a1111_number(b->text, "clip skip", 1);

    lm_a1111_begin(&b->g, "CLIPSetLastLayer");
    lm_a1111_put_link(&b->g, "clip", b->clip);
    lm_a1111_put_number(&b->g, "stop_at_clip_layer", -fmax(1, floor(skip)));
    b->bare_model = b->model;
    b->bare_clip = lm_a1111_end(&b->g);
}

static void add_loras(lm_a1111_builder *b, const lm_a1111_prompt *p)
{
    for (int i = 0; i < p->n_loras; i++) {
        char *file = lm_a1111_file_of(b, "loras", p->loras[i].name);

        lm_a1111_begin(&b->g, "LoraLoader");
        lm_a1111_put_link(&b->g, "model", b->model);
        lm_a1111_put_link(&b->g, "clip", b->clip);
        lm_a1111_put_text(&b->g, "lora_name", file);
        lm_a1111_put_number(&b->g, "strength_model", p->loras[i].model);
        lm_a1111_put_number(&b->g, "strength_clip", p->loras[i].clip);
        b->model = lm_a1111_end(&b->g);
        b->clip = (lm_a1111_ref){ b->model.node, 1 };
        lm_free(file);
    }
}

/* ------------------------------------------------------------------ prompts */

lm_a1111_ref lm_a1111_join(lm_a1111_builder *b, const char *class_name, const char *first, lm_a1111_ref x,
                           const char *second, lm_a1111_ref y)
{
    lm_a1111_begin(&b->g, class_name);
    lm_a1111_put_link(&b->g, first, x);
    lm_a1111_put_link(&b->g, second, y);
    return lm_a1111_end(&b->g);
}

/* Chunks stand one behind the other, as BREAK asks. */
static lm_a1111_ref add_chunks(lm_a1111_builder *b, const lm_a1111_part *part)
{
    lm_a1111_ref all = { 0, 0 }, one;

    for (int i = 0; i < part->n_chunks; i++) {
        lm_a1111_begin(&b->g, "CLIPTextEncode");
        lm_a1111_put_text(&b->g, "text", part->chunks[i]);
        lm_a1111_put_link(&b->g, "clip", b->clip);
        one = lm_a1111_end(&b->g);
        all = i ? lm_a1111_join(b, "ConditioningConcat", "conditioning_to", all, "conditioning_from", one) : one;
    }
    return all;
}

/* A1111 adds up what AND joins, each times its weight; here it is a mean by weight, so that the sum of the
 * weights goes to cfg. */
static lm_a1111_ref add_parts(lm_a1111_builder *b, const lm_a1111_prompt *p, double *cfg)
{
    double sum = 0;
    lm_a1111_ref all = { 0, 0 }, one;

    for (int i = 0; i < p->n_parts; i++) {
        const double weight = p->parts[i].weight;

        if (weight <= 0 && p->n_parts > 1) {
            lm_a1111_note(b->notes, "a part of the prompt with the weight %g is left out: the graph cannot push away",
                          weight);
            continue;
        }
        one = add_chunks(b, &p->parts[i]);
        if (weight != 1 && p->n_parts > 1) {
            lm_a1111_begin(&b->g, "ConditioningSetAreaStrength");
            lm_a1111_put_link(&b->g, "conditioning", one);
            lm_a1111_put_number(&b->g, "strength", weight);
            one = lm_a1111_end(&b->g);
        }
        all = sum > 0 ? lm_a1111_join(b, "ConditioningCombine", "conditioning_1", all, "conditioning_2", one) : one;
        sum += weight;
    }
    if (!all.node)
        all = add_chunks(b, &p->parts[0]);
    else
        *cfg *= sum;
    return all;
}

/* Both prompts of a pass; LoRAs join the chain first, so that every encoder sees them. */
void lm_a1111_add_prompts(lm_a1111_builder *b, const char *positive, const char *negative, lm_a1111_walk *w)
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

static uint64_t seed_of(const lm_a1111_builder *b)
{
    const char *text = lm_a1111_said(b, "seed");
    char       *rest;
    uint64_t    seed = text ? strtoull(text, &rest, 10) : 0;

    if (!text || *text < '0' || *text > '9' || *rest)
        lm_a1111_note(b->notes, "the text has no seed that is a number; it is 0");
    return text && *text >= '0' && *text <= '9' ? seed : 0;
}

lm_a1111_ref lm_a1111_add_sampler(lm_a1111_builder *b, const lm_a1111_walk *w)
{
    lm_a1111_begin(&b->g, "KSampler");
    lm_a1111_put_link(&b->g, "model", b->model);
    lm_a1111_key(&b->g, "seed");
    lm_text_printf(&b->g.json, "%" PRIu64, seed_of(b));
    lm_a1111_put_number(&b->g, "steps", w->steps);
    lm_a1111_put_number(&b->g, "cfg", w->cfg);
    lm_a1111_put_text(&b->g, "sampler_name", w->sampler);
    lm_a1111_put_text(&b->g, "scheduler", w->scheduler);
    lm_a1111_put_link(&b->g, "positive", w->positive);
    lm_a1111_put_link(&b->g, "negative", w->negative);
    lm_a1111_put_link(&b->g, "latent_image", w->latent);
    lm_a1111_put_number(&b->g, "denoise", w->denoise);
    return lm_a1111_end(&b->g);
}

static lm_a1111_ref add_empty(lm_a1111_builder *b, long *width, long *height)
{
    if (!lm_a1111_size(lm_a1111_said(b, "size"), width, height)) {
        lm_a1111_note(b->notes, "the text has no size; it is 512 x 512");
        *width = *height = 512;
    }
    lm_a1111_begin(&b->g, "EmptyLatentImage");
    lm_a1111_put_number(&b->g, "width", (double)*width);
    lm_a1111_put_number(&b->g, "height", (double)*height);
    lm_a1111_put_number(&b->g, "batch_size", 1);
    return lm_a1111_end(&b->g);
}

static lm_a1111_walk first_walk(lm_a1111_builder *b)
{
    const char   *sampler = lm_a1111_said(b, "sampler");
    lm_a1111_walk w = { .steps = fmax(1, floor(lm_a1111_number(b->text, "steps", 20))),
                        .cfg = lm_a1111_number(b->text, "cfg scale", 7), .denoise = 1 };

    lm_a1111_sampler(sampler ? sampler : "Euler", lm_a1111_said(b, "schedule type"), &w.sampler, &w.scheduler,
                     b->notes);
    return w;
}

/* ------------------------------------------------------------------ what is left out */

/* Fields that changed the picture and have no place in the graph. */
static void note_left_out(const lm_a1111_builder *b)
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

static void note_noise(const lm_a1111_builder *b, bool second_pass)
{
    const char *rng = lm_a1111_said(b, "rng");

    if (!rng || strcasecmp(rng, "CPU"))
        lm_a1111_note(b->notes, "the text does not say \"RNG: CPU\", so its noise came from a GPU: the picture will "
                      "be another one of the same kind");
    if (lm_a1111_said(b, "denoising strength") && !second_pass)
        lm_a1111_note(b->notes, "it was painted over another picture, which the text does not carry: it begins in pure "
                      "noise here");
}

/* ------------------------------------------------------------------ the whole */

static lm_emphasis emphasis_of(const lm_a1111_builder *b)
{
    const char *word = lm_a1111_said(b, "emphasis");

    return !word ? LM_EMPHASIS_WEIGHTS : !strcasecmp(word, "Ignore") ? LM_EMPHASIS_IGNORED
         : !strcasecmp(word, "None") ? LM_EMPHASIS_LITERAL : LM_EMPHASIS_WEIGHTS;
}

static void build(lm_a1111_builder *b)
{
    const bool second = lm_a1111_number(b->text, "hires upscale", 0) > 0 || lm_a1111_said(b, "hires resize");
    lm_a1111_walk w = first_walk(b);
    long       width, height;
    lm_a1111_ref  latent;

    add_loaders(b);
    add_clip_skip(b);
    lm_a1111_add_prompts(b, b->text->prompt, b->text->negative, &w);
    w.latent = add_empty(b, &width, &height);
    latent = lm_a1111_add_sampler(b, &w);
    if (second)
        latent = lm_a1111_second_pass(b, latent, &w, width, height);
    latent = lm_a1111_join(b, "VAEDecode", "samples", latent, "vae", b->vae);
    lm_a1111_begin(&b->g, "SaveImage");
    lm_a1111_put_link(&b->g, "images", latent);
    lm_a1111_put_text(&b->g, "filename_prefix", "ComfyUI");
    lm_a1111_end(&b->g);
    lm_text_puts(&b->g.json, "\n}\n");
    note_left_out(b);
    note_noise(b, second);
}

char *lm_a1111_graph(const char *text, lm_folders *folders, lm_text *notes, limn_error *err)
{
    lm_a1111_text t;
    lm_a1111_builder       b = { .text = &t, .folders = folders, .notes = notes };

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
