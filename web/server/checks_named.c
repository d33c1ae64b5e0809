/* checks_named.c: classes that clients ask for by name, told although no node is there for them. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"

/* Classes that clients look up by name, whether they use them or not: ComfyUI's page of 1.27 makes no node with a list
 * of checkpoints while one of these is missing. Where no node is there for one, it is told with an empty list of files
 * and all its other inputs, so that a page keeps what a workflow says of it; a workflow that uses it is refused as one
 * with an unknown class, and by "dev_only" pages know not to offer it. Written with ' for ". */
#define STRENGTH "['FLOAT', {'default': 1.0, 'min': -100.0, 'max': 100.0, 'step': 0.01}]"
static const struct named {
    const char *name, *title, *inputs, *outputs;
} named[] = {
    { "UNETLoader", "Load Diffusion Model",
      "'unet_name': [[]], 'weight_dtype': [['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2']]", "'MODEL'" },
    { "LoraLoader", "Load LoRA",
      "'model': ['MODEL'], 'clip': ['CLIP'], 'lora_name': [[]], 'strength_model': " STRENGTH
      ", 'strength_clip': " STRENGTH,
      "'MODEL', 'CLIP'" },
    { "LoraLoaderModelOnly", "Load LoRA (model only)",
      "'model': ['MODEL'], 'lora_name': [[]], 'strength_model': " STRENGTH, "'MODEL'" },
    { "ControlNetLoader", "Load ControlNet Model", "'control_net_name': [[]]", "'CONTROL_NET'" },
    { "UpscaleModelLoader", "Load Upscale Model", "'model_name': [[]]", "'UPSCALE_MODEL'" },
    { "StyleModelLoader", "Load Style Model", "'style_model_name': [[]]", "'STYLE_MODEL'" },
    { "GLIGENLoader", "Load GLIGEN Model", "'gligen_name': [[]]", "'GLIGEN'" },
    { "ImageOnlyCheckpointLoader", "Load Video Checkpoint", "'ckpt_name': [[]]", "'MODEL', 'CLIP_VISION', 'VAE'" },
};

static void put_quoted(lm_text *out, const char *text)
{
    for (; *text; text++)
        lm_text_add(out, *text == '\'' ? "\"" : text, 1);
}

/* The names of inputs, in their order. */
static void put_order(lm_text *out, lm_slice inputs)
{
    lm_members m = lm_members_of(inputs);
    lm_slice   key, value;

    for (const char *comma = ""; lm_members_next(&m, &key, &value); comma = ", ")
        lm_text_printf(out, "%s\"%.*s\"", comma, (int)key.n, key.at);
}

static void put_named(lm_text *out, const struct named *c)
{
    lm_text inputs = { 0 }, outputs = { 0 };

    put_quoted(&inputs, "{");
    put_quoted(&inputs, c->inputs);
    put_quoted(&inputs, "}");
    put_quoted(&outputs, c->outputs);
    lm_text_printf(out, "\"%s\": {\"input\": {\"required\": %s}, \"input_order\": {\"required\": [", c->name, inputs.at);
    put_order(out, (lm_slice){ inputs.at, inputs.size });
    lm_text_printf(out, "]}, \"output\": [%s], \"output_is_list\": [false", outputs.at);
    for (const char *at = c->outputs; *at; at++)
        lm_text_puts(out, *at == ',' ? ", false" : "");
    lm_text_printf(out, "], \"output_name\": [%s], \"name\": \"%s\", \"display_name\": \"%s\", ", outputs.at, c->name,
                   c->title);
    lm_text_puts(out, "\"description\": \"limn has no such node: a workflow that uses it is refused.\", \"python_module\": "
                      "\"nodes\", \"category\": \"loaders\", \"output_node\": false, \"experimental\": true, "
                      "\"dev_only\": true}");
    lm_text_done(&inputs);
    lm_text_done(&outputs);
}

/* [["unet_name", "value"], …]: an input is a widget when it has choices or is a number. */
static void put_stored(lm_text *out, const struct named *c)
{
    lm_text    inputs = { 0 };
    lm_members m;
    lm_slice   key, value;

    put_quoted(&inputs, "{");
    put_quoted(&inputs, c->inputs);
    put_quoted(&inputs, "}");
    m = lm_members_of((lm_slice){ inputs.at, inputs.size });
    lm_text_printf(out, "\"%s\": [", c->name);
    for (const char *comma = ""; lm_members_next(&m, &key, &value);) {
        const lm_slice type = lm_members_inside(value);

        if (!type.n || (*type.at != '[' && strncmp(type.at, "\"FLOAT\"", 7)))
            continue;
        lm_text_printf(out, "%s[\"%.*s\", \"value\"]", comma, (int)key.n, key.at);
        comma = ", ";
    }
    lm_text_puts(out, "]");
    lm_text_done(&inputs);
}

char *lm_checks_with_named(char *json, size_t *n, bool plans)
{
    const lm_slice whole = { json, *n }, inside = lm_members_inside(whole);
    lm_text        out = { .may_fail = true };
    bool           first = !lm_slice_trim(inside).n;

    if (!*n || *json != '{')
        return json;
    lm_text_puts(&out, "{");
    if (inside.n)
        lm_text_add(&out, inside.at, inside.n);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (!lm_members_get(whole, named[i].name).n) {
            lm_text_puts(&out, first ? "" : ", ");
            (plans ? put_stored : put_named)(&out, &named[i]);
            first = false;
        }
    lm_text_puts(&out, "}");
    lm_free(json);
    *n = out.size;
    return lm_text_take(&out);
}
