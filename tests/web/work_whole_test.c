/* work_whole_test.c: a workflow that was checked, told whole: nodes that nobody knows, models that are not here, within
 * bounds. */
#include <fcntl.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tests/web/folder.h"
#include "tests/web/work_office.h"

/* Needs: a model of each of 70 folders, one of which may be "none". */
enum { FOLDERS = 70 };
struct needs_args {
    const char *at[FOLDERS];
};
static limn_input               needs_in[FOLDERS + 1];
static char                     kinds[FOLDERS][16], fields[FOLDERS][16];
static const char *const        none[] = { "none", NULL };
static const limn_node          needs_node = GRAPH_NODE("Needs", needs_in, NULL, kinds_run, .args_size = sizeof(struct needs_args),
                                                        .flags = LIMN_OUTPUT_NODE);
static const limn_node *const   needs[] = { &needs_node, NULL };
static const char *const        endings[] = { ".safetensors", NULL };

static char base[TEMPORARY_PATH];

static void open_with_models(office *o)
{
    limn_error err = { 0 };
    char       path[TEMPORARY_PATH + 64];

    folder_new(base);
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(kinds[i], sizeof kinds[i], "kind%02d", i);
        snprintf(fields[i], sizeof fields[i], "model%02d", i);
        needs_in[i] = (limn_input){ .name = fields[i], .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = kinds[i], .doc = "It.",
                                    .offset = (uint32_t)(i * sizeof(char *)), .extra = i ? NULL : none };
    }
    needs_in[FOLDERS] = (limn_input){ .kind = LIMN_KIND_END };
    office_prepare(o);
    WANT(lm_registry_add_list(o->registry, needs, &err));
    o->work.env.folders = lm_folders_new(base, &err);
    for (int i = 0; i < FOLDERS; i++)
        lm_folders_add(o->work.env.folders, kinds[i], endings);
    snprintf(path, sizeof path, "%s/models", base);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/models/kind01", base);
    mkdir(path, 0700);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/models/kind01/%s.safetensors", base, i ? "there" : "another");
        close(creat(path, 0600));
    }
    office_open(o);
}

static void close_with_models(office *o)
{
    office_close(o);
    lm_folders_free(o->work.env.folders);
    folder_remove(base);
}

/* A node that names these models: of its i-th input `names` at i, NULL: none. */
static void add_needs(lm_text *out, const char *id, int first, int n, const char *name)
{
    lm_text_printf(out, "\"%s\":{\"class_type\":\"Needs\",\"inputs\":{", id);
    for (int i = first; i < first + n; i++)
        lm_text_printf(out, "%s\"model%02d\":\"%s\"", i == first ? "" : ",", i, name);
    lm_text_puts(out, "}}");
}

static int count(const lm_wire *m, const char *words)
{
    int         n = 0;
    const char *end = m->texts[0].at + m->texts[0].size;

    for (const char *at = m->texts[0].at; (at = memmem(at, (size_t)(end - at), words, strlen(words))); at++)
        n++;
    return n;
}

static lm_wire whole(office *o, const char *prompt)
{
    lm_wire m;

    WANT(office_tell(o, a_check(1, LM_WIRE_WHOLE, prompt)));
    m = office_until(o, LM_WIRE_CHECKED);
    WANT(text_is_json(&m, 0));
    return m;
}

TEST(nodes_that_nobody_knows_are_grouped_by_their_class)
{
    office  o;
    lm_wire m;

    open_with_models(&o);
    m = whole(&o, "{" DO("1", "Numbre", "") "," DO("2", "Xylophone", "") "," DO("3", "Numbre", "") "," SHOWN("4", "1") ","
                  DO("5", "Numbre", "") "}");
    WANT(text_has(&m, 0, "{\"type\": \"Numbre\", \"nodes\": [\"1\", \"3\", \"5\"], \"near\": [\"Number\""));
    WANT(text_has(&m, 0, "{\"type\": \"Xylophone\", \"nodes\": [\"2\"], \"near\": []}"));
    WANT(text_has(&m, 0, "\"missing_models\": [], \"warnings\": []"));
    lm_wire_done(&m);
    close_with_models(&o);
}

TEST(models_that_are_not_here_are_told_with_those_that_are_near)
{
    office  o;
    lm_text prompt = { 0 };
    lm_wire m;

    open_with_models(&o);
    lm_text_puts(&prompt, "{");
    add_needs(&prompt, "1", 0, 1, "none"); /* is no file */
    lm_text_puts(&prompt, ",");
    add_needs(&prompt, "2", 1, 1, "there.safetensors");
    lm_text_puts(&prompt, ",");
    add_needs(&prompt, "3", 1, 2, "thera.safetensors");
    lm_text_puts(&prompt, ",");
    add_needs(&prompt, "4", 0, 1, "nonesuch");
    lm_text_puts(&prompt, "," DO("5", "Needs", "\"model01\":17") "}"); /* is no name */
    m = whole(&o, prompt.at);
    WANT(count(&m, "\"folder\": \"kind") == 3);
    WANT(text_has(&m, 0, "{\"node\": \"3\", \"input\": \"model01\", \"name\": \"thera.safetensors\", \"folder\": \"kind01\", "
                         "\"near\": [\"there.safetensors\"]}"));
    WANT(text_has(&m, 0, "{\"node\": \"3\", \"input\": \"model02\", \"name\": \"thera.safetensors\", \"folder\": \"kind02\", "
                         "\"near\": []}"));
    WANT(text_has(&m, 0, "{\"node\": \"4\", \"input\": \"model00\", \"name\": \"nonesuch\""));
    lm_wire_done(&m);
    lm_text_done(&prompt);
    close_with_models(&o);
}

/* 64 folders are looked into, what is near is sought for the first hundred, and a thousand are told. */
TEST(what_is_missing_is_told_within_bounds)
{
    office  o;
    lm_text prompt = { 0 };
    char    id[16];
    lm_wire m;

    open_with_models(&o);
    lm_text_puts(&prompt, "{");
    add_needs(&prompt, "0", 0, FOLDERS, "thera.safetensors");
    lm_text_puts(&prompt, "}");
    m = whole(&o, prompt.at);
    WANT(count(&m, "\"folder\": \"kind") == 64 && text_has(&m, 0, "\"kind63\"") && !text_has(&m, 0, "\"folder\": \"kind64\""));
    lm_wire_done(&m);
    prompt.size = 0;
    for (int i = 0; i < 1100; i++) {
        lm_text_puts(&prompt, i ? "," : "{");
        snprintf(id, sizeof id, "%d", i);
        add_needs(&prompt, id, 1, 1, "thera.safetensors");
    }
    lm_text_puts(&prompt, "}");
    m = whole(&o, prompt.at);
    WANT(count(&m, "\"folder\": \"kind") == 1000 && count(&m, "\"near\": [\"there.safetensors\"]") == 100);
    lm_wire_done(&m);
    lm_text_done(&prompt);
    close_with_models(&o);
}

TEST_MAIN
