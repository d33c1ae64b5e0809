/* fuzz_a1111.c: any text as A1111's words about a picture.
 *
 * Beyond not crashing: a line that begins with "Steps:" is what decides; what comes out can be read as a
 * workflow, and the notes are lines of a bearable length. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/workflow.h"
#include "nodes/a1111.h"
#include "tests/fuzz/fuzz.h"

/* Bytes that are no UTF-8 stay what they are, and are no JSON. */
static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static void want_workflow(const char *json)
{
    limn_error   err = { 0 };
    lm_workflow *w = lm_workflow_read(json, strlen(json), &err);

    want(w && lm_workflow_count(w) >= 7, "what comes out is a workflow");
    lm_workflow_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char      *text = lm_copy_bytes((const char *)data, size), *json;
    limn_error err = { 0 };
    lm_text    notes = { 0 };

    json = lm_a1111_graph(text, NULL, &notes, &err);
    want(json || (err.code == LIMN_FILE && *err.text), "a refusal is a sentence");
    want(!json || lm_a1111_is(text), "only such a text becomes a graph");
    if (json && is_ascii(text))
        want_workflow(json);
    for (const char *line = lm_text_str(&notes); *line; line += strcspn(line, "\n") + 1)
        want(strcspn(line, "\n") < 420, "a note is a line");
    lm_text_done(&notes);
    lm_free(json);
    lm_free(text);
    return 0;
}
