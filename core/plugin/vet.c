/* vet.c: can a plugin's declarations be right, by themselves? Nodes are looked at by core/graph/vet.h as the
 * built-in ones are; here is what only a stranger can get wrong. */
#include "core/graph/vet.h"

#include <string.h>

#include "core/plugin/parts.h"

#define INPUT_FLAGS                                                                            \
    (LIMN_OPTIONAL | LIMN_MULTILINE | LIMN_DYNAMIC_PROMPTS | LIMN_UPLOAD | LIMN_CONTROL |      \
     LIMN_V3_COMBO | LIMN_LAZY | LIMN_RAW_LINK | LIMN_SOCKET | LIMN_ADVANCED)
#define NODE_FLAGS                                                                             \
    (LIMN_OUTPUT_NODE | LIMN_DEPRECATED | LIMN_EXPERIMENTAL | LIMN_WANTS_PROMPT |              \
     LIMN_NO_CACHE | LIMN_TAKES_LISTS | LIMN_WANTS_ID | LIMN_WANTS_GRAPH)

enum { LAST_KIND = LIMN_KIND_REST, MOST_NAME = 200, MOST_TEXT = 16 << 20, MOST_ARGS = 1 << 20 };

/* ------------------------------------------------------------------ texts */

/* How many bytes the character at `c` has; 0: it is none. */
static int character(const unsigned char *c)
{
    const int n = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;

    for (int i = 1; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* NULL when the text is at most `most` bytes of UTF-8 (without control characters when it is a name); else what is
 * wrong with it. */
static const char *fault_of(const char *text, size_t most, bool is_name)
{
    const unsigned char *c = (const unsigned char *)text;
    int                  n;

    while (*c && (size_t)((const char *)c - text) <= most) {
        if (is_name && (*c < 32 || *c == 127))
            return "has a control character in it";
        n = character(c);
        if (!n)
            return "is not UTF-8";
        c += n;
    }
    return (size_t)((const char *)c - text) > most ? "is too long" : NULL;
}

/* A text that must be there. `whose` may be NULL. */
static bool vet_name(const char *what, const char *whose, const char *text, limn_error *err)
{
    const char *fault = !text ? "is missing" : !*text ? "is empty" : fault_of(text, MOST_NAME, true);

    return !fault || limn_fail(err, FILE, "%s%s%s %s", what, whose ? " of " : "", whose ? whose : "", fault);
}

/* A text that may be NULL. */
static bool vet_text(const char *what, const char *whose, const char *text, limn_error *err)
{
    const char *fault = text ? fault_of(text, MOST_TEXT, false) : NULL;

    return !fault || limn_fail(err, FILE, "%s of %s %s", what, whose, fault);
}

static bool vet_texts(const char *what, const char *whose, const char *const *texts, limn_error *err)
{
    for (int i = 0; texts && texts[i]; i++)
        if (!vet_text(what, whose, texts[i], err))
            return false;
    return true;
}

/* Letters, digits, '.', '-', '_'. */
static bool is_plain(const char *text)
{
    return !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")];
}

/* ------------------------------------------------------------------ nodes */

static bool unknown(const char *node, const char *input, const char *what, unsigned bits, limn_error *err)
{
    return limn_fail(err, FILE, "node %s%s%s has %s 0x%x, which this limn, " LIMN_VERSION ", does not know: it "
                     "needs a newer limn", node, input ? ", input " : "", input ? input : "", what, bits);
}

static bool vet_input(const char *node, const limn_input *in, limn_error *err)
{
    if (!vet_name("an input's name", node, in->name, err) || !vet_name("an input's type", node, in->type, err))
        return false;
    if ((unsigned)in->kind > LAST_KIND)
        return unknown(node, in->name, "the kind", (unsigned)in->kind, err);
    if (in->flags & ~(unsigned)INPUT_FLAGS)
        return unknown(node, in->name, "the flag", in->flags & ~(unsigned)INPUT_FLAGS, err);
    return vet_text("an input's doc", node, in->doc, err) &&
           vet_text("an input's default", node, in->t_default, err) &&
           vet_text("an input's folder", node, in->folder, err) &&
           vet_texts("a choice", node, in->choices, err) && vet_texts("a choice", node, in->unbuilt, err) &&
           vet_texts("a choice", node, in->extra, err);
}

static bool vet_output(const char *node, const limn_output *o, limn_error *err)
{
    return vet_name("an output's name", node, o->name, err) &&
           vet_name("an output's type", node, o->type, err) && vet_text("an output's doc", node, o->doc, err);
}

static bool vet_node(const limn_node *n, limn_error *err)
{
    if (!vet_name("a node's name", NULL, n->name, err))
        return false;
    if (n->flags & ~(unsigned)NODE_FLAGS)
        return unknown(n->name, NULL, "the flag", n->flags & ~(unsigned)NODE_FLAGS, err);
    if (n->args_size > MOST_ARGS)
        return limn_fail(err, FILE, "node %s wants %zu bytes of args", n->name, n->args_size);
    if (!vet_text("the title", n->name, n->title, err) || !vet_text("the doc", n->name, n->doc, err) ||
        !vet_text("the module", n->name, n->module, err) || !vet_text("the example", n->name, n->example, err) ||
        !vet_name("the category", n->name, n->category, err))
        return false;
    for (int i = 0; n->inputs && n->inputs[i].kind != LIMN_KIND_END; i++)
        if (!vet_input(n->name, &n->inputs[i], err))
            return false;
    for (int i = 0; n->outputs && n->outputs[i].name; i++)
        if (!vet_output(n->name, &n->outputs[i], err))
            return false;
    return lm_vet_node(n, err);
}

static bool vet_nodes(const limn_node *const *nodes, limn_error *err)
{
    for (int i = 0; nodes[i]; i++) {
        if (!vet_node(nodes[i], err))
            return false;
        for (int k = 0; k < i; k++)
            if (!strcmp(nodes[i]->name, nodes[k]->name))
                return limn_fail(err, FILE, "it brings two nodes called %s", nodes[i]->name);
    }
    return true;
}

/* ------------------------------------------------------------------ the rest */

static bool vet_samplers(const limn_sampler *const *s, limn_error *err)
{
    for (int i = 0; s[i]; i++) {
        if (!vet_name("a sampler's name", NULL, s[i]->name, err) ||
            !vet_text("the doc", s[i]->name, s[i]->doc, err))
            return false;
        if (!s[i]->walk)
            return limn_fail(err, FILE, "the sampler %s has no walk function", s[i]->name);
        for (int k = 0; k < i; k++)
            if (!strcmp(s[i]->name, s[k]->name))
                return limn_fail(err, FILE, "it brings two samplers called %s", s[i]->name);
    }
    return true;
}

static bool vet_schedules(const limn_schedule *const *s, limn_error *err)
{
    for (int i = 0; s[i]; i++) {
        if (!vet_name("a schedule's name", NULL, s[i]->name, err) ||
            !vet_text("the doc", s[i]->name, s[i]->doc, err))
            return false;
        if (!s[i]->fill)
            return limn_fail(err, FILE, "the schedule %s has no fill function", s[i]->name);
        for (int k = 0; k < i; k++)
            if (!strcmp(s[i]->name, s[k]->name))
                return limn_fail(err, FILE, "it brings two schedules called %s", s[i]->name);
    }
    return true;
}

static bool vet_folders(const limn_folder *const *f, limn_error *err)
{
    for (int i = 0; f[i]; i++) {
        if (!vet_name("a folder's name", NULL, f[i]->name, err) ||
            !vet_texts("an ending", f[i]->name, f[i]->endings, err))
            return false;
        if (!is_plain(f[i]->name) || f[i]->name[0] == '.')
            return limn_fail(err, FILE, "the folder \"%s\" is not made of letters, digits, '.', '-' and '_'",
                             f[i]->name);
        if (!f[i]->endings || !f[i]->endings[0])
            return limn_fail(err, FILE, "the folder %s shows no file: it has no endings", f[i]->name);
        for (int k = 0; f[i]->endings[k]; k++)
            if (f[i]->endings[k][0] != '.' || !is_plain(f[i]->endings[k]))
                return limn_fail(err, FILE, "the folder %s has the ending \"%.40s\", which does not begin with "
                                 "'.' or has more than letters and digits", f[i]->name, f[i]->endings[k]);
    }
    return true;
}

static bool vet_documents(const limn_document *const *d, limn_error *err)
{
    for (int i = 0; d[i]; i++) {
        if (!vet_name("a document's kind", NULL, d[i]->kind, err) ||
            !vet_name("a document's name", NULL, d[i]->name, err) ||
            !vet_text("the text", d[i]->name, d[i]->text, err))
            return false;
        if (!d[i]->text)
            return limn_fail(err, FILE, "the document %s has no text", d[i]->name);
    }
    return true;
}

bool lm_vet_plugin(const limn_plugin *p, limn_error *err)
{
    if (!vet_name("its id", NULL, p->id, err))
        return false;
    if (!is_plain(p->id))
        return limn_fail(err, FILE, "its id, \"%s\", is not made of letters, digits, '.', '-' and '_'", p->id);
    return vet_name("its name", NULL, p->name, err) && vet_name("its version", NULL, p->version, err) &&
           vet_text("the doc", p->id, p->doc, err) && vet_nodes(p->nodes, err) &&
           vet_samplers(p->samplers, err) && vet_schedules(p->schedules, err) &&
           vet_folders(p->folders, err) && vet_documents(p->documents, err);
}
