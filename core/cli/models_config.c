/* models_config.c: reads extra_model_paths.yaml. libyaml takes the text apart; what it means is told here. */
#include "core/cli/models_config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <yaml.h>

#include "core/base/alloc.h"
#include "core/cli/session.h"

enum { MOST_BYTES = 1 << 20, MOST_ORDERS = 1000, MOST_PATH = 4096 };

typedef struct reading {
    lm_models_config *config;
    yaml_document_t   document;
    const char       *path;    /* of the file */
    char             *folder;  /* where it lies, absolute */
    limn_error       *err;
} reading;

typedef struct section {
    const char *name;
    char       *base;     /* NULL: the file's folder */
    bool        is_first; /* is_default */
} section;

/* ------------------------------------------------------------------ paths */

/* "~" and "~/…" with the user's home in place of the mark; what has none stays.                  [new] */
static char *with_home(const char *path)
{
    const char          *home = getenv("HOME");
    const struct passwd *user = home && *home ? NULL : getpwuid(getuid());
    lm_text              t = { 0 };

    if (user)
        home = user->pw_dir;
    if (home && path[0] == '~' && (!path[1] || path[1] == '/'))
        lm_text_printf(&t, "%s%s", home, path + 1);
    else
        lm_text_puts(&t, path);
    return lm_text_take(&t);
}

/* How long the name at `at` is: letters, digits and '_'. */
static size_t name_length(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* $NAME and ${NAME} become what the environment says; unknown ones stay.                         [new] */
static char *with_variables(const char *path)
{
    lm_text t = { 0 };

    lm_text_puts(&t, "");
    while (*path) {
        const bool   braced = path[0] == '$' && path[1] == '{';
        const char  *name = path + 1 + braced;
        const size_t n = *path == '$' ? name_length(name) : 0;
        const size_t whole = 1 + (size_t)braced * 2 + n;
        char        *key = lm_copy_bytes(name, n);
        const char  *value = n && (!braced || name[n] == '}') ? getenv(key) : NULL;

        if (value)
            lm_text_puts(&t, value);
        else
            lm_text_add(&t, path, 1);
        path += value ? whole : 1;
        lm_free(key);
    }
    return lm_text_take(&t);
}

/* `path` from `folder` (absolute), without ".", ".." and doubled '/'.                            [new] */
static char *joined(const char *folder, const char *path)
{
    lm_text t = { 0 }, out = { 0 };
    char   *rest = NULL;

    lm_text_printf(&t, "%s/%s", *path == '/' ? "" : folder, path);
    lm_text_puts(&out, "");
    for (char *part = strtok_r(t.at, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (!strcmp(part, ".."))
            out.size = out.size ? (size_t)(strrchr(out.at, '/') - out.at) : 0;
        else if (strcmp(part, "."))
            lm_text_printf(&out, "/%s", part);
        out.at[out.size] = 0;
    }
    lm_text_done(&t);
    if (!out.size)
        lm_text_puts(&out, "/");
    return lm_text_take(&out);
}

/* ------------------------------------------------------------------ values */

static bool wrong(reading *r, const yaml_node_t *at, const char *name, const char *what)
{
    return limn_fail(r->err, FILE, "%.120s: line %zu, %.60s: %s", r->path, at->start_mark.line + 1, name, what);
}

/* A text without NULs, or NULL. */
static const char *text_of(const yaml_node_t *n)
{
    const char *text = n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;

    return text && strlen(text) == n->data.scalar.length && n->data.scalar.length < MOST_PATH * 64 ? text : NULL;
}

static bool is_null(const yaml_node_t *n)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };
    const char              *text = text_of(n);

    if (!text || n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i]))
            return true;
    return false;
}

static bool read_switch(reading *r, const yaml_node_t *n, bool *out)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on" };
    const char              *text = text_of(n);

    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i])) {
            *out = i % 2;
            return true;
        }
    return is_null(n) || wrong(r, n, "is_default", "it is true or false");
}

/* ------------------------------------------------------------------ a section */

static void add_order(lm_models_config *c, char *order)
{
    c->orders = lm_grow(c->orders, ((size_t)c->n + 2) * sizeof *c->orders);
    c->orders[c->n++] = order;
    c->orders[c->n] = NULL;
}

/* One line of a value: a path, with blanks around it that do not count. */
static bool add_line(reading *r, const section *s, const yaml_node_t *at, const char *kind, const char *line, size_t n)
{
    lm_text order = { 0 };
    char   *path, *whole;

    while (n && strchr(" \t\r", *line))
        line++, n--;
    while (n && strchr(" \t\r", line[n - 1]))
        n--;
    if (!n)
        return true;
    if (n >= MOST_PATH || r->config->n == MOST_ORDERS)
        return wrong(r, at, kind, n >= MOST_PATH ? "a path is too long" : "these are more folders than fit");
    path = lm_copy_bytes(line, n);
    whole = joined(s->base ? s->base : r->folder, path);
    lm_text_printf(&order, "%s%s%s", kind, s->is_first ? "=" : "+=", whole);
    add_order(r->config, lm_text_take(&order));
    lm_free(whole);
    lm_free(path);
    return true;
}

static bool add_folders(reading *r, const section *s, const yaml_node_t *key, const yaml_node_t *value)
{
    const char *kind = text_of(key), *line = text_of(value);
    bool        well = true;

    if (is_null(value))
        return true;
    if (!kind || !*kind || strpbrk(kind, "=+/\\") || strlen(kind) > 64)
        return wrong(r, key, s->name, "a key that is no name of a kind of models");
    if (!line)
        return wrong(r, value, kind, "a path is expected, or several, one a line behind a '|'");
    if (!strcmp(kind, "custom_nodes")) {
        lm_text_printf(&r->config->notes, "%s: %s: custom_nodes is left out: limn runs plugins, not Python\n", r->path,
                       s->name);
        return true;
    }
    for (size_t n; well && *line; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        well = add_line(r, s, value, kind, line, n);
    }
    return well;
}

static bool read_base(reading *r, const yaml_node_t *value, section *s)
{
    const char *text = text_of(value);
    char       *home, *path;

    if (is_null(value))
        return true;
    if (!text || strlen(text) >= MOST_PATH)
        return wrong(r, value, "base_path", "a path is expected");
    home = with_home(text);
    path = with_variables(home);
    lm_free(s->base);
    s->base = joined(r->folder, path);
    lm_free(path);
    lm_free(home);
    return true;
}

typedef bool visit_fn(reading *r, const yaml_node_t *key, const yaml_node_t *value, void *self);

/* Calls `visit` for each member of a mapping, until one says no. */
static bool each_member(reading *r, const yaml_node_t *mapping, visit_fn *visit, void *self)
{
    bool well = true;

    for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; well && p < mapping->data.mapping.pairs.top; p++)
        well = visit(r, yaml_document_get_node(&r->document, p->key), yaml_document_get_node(&r->document, p->value), self);
    return well;
}

static bool is_key(const yaml_node_t *key, const char *name)
{
    const char *text = text_of(key);

    return text && !strcmp(text, name);
}

/* What holds for the whole section is read first, wherever it stands. */
static bool visit_rule(reading *r, const yaml_node_t *key, const yaml_node_t *value, void *self)
{
    section *s = self;

    if (is_key(key, "base_path"))
        return read_base(r, value, s);
    return !is_key(key, "is_default") || read_switch(r, value, &s->is_first);
}

static bool visit_kind(reading *r, const yaml_node_t *key, const yaml_node_t *value, void *self)
{
    return is_key(key, "base_path") || is_key(key, "is_default") || add_folders(r, self, key, value);
}

static bool visit_section(reading *r, const yaml_node_t *key, const yaml_node_t *value, void *self)
{
    section s = { .name = text_of(key) ? text_of(key) : "?" };
    bool    well;

    (void)self;
    if (is_null(value))
        return true;
    if (value->type != YAML_MAPPING_NODE)
        return wrong(r, value, s.name, "a section is expected: \"checkpoints: PATH\" and the like, indented");
    well = each_member(r, value, visit_rule, &s) && each_member(r, value, visit_kind, &s);
    lm_free(s.base);
    return well;
}

/* ------------------------------------------------------------------ a file */

static bool read_document(reading *r)
{
    const yaml_node_t *root = yaml_document_get_root_node(&r->document);

    if (!root || is_null(root))
        return true;
    return root->type == YAML_MAPPING_NODE ? each_member(r, root, visit_section, NULL)
                                           : wrong(r, root, "the file", "sections are expected, as \"comfyui:\"");
}

static bool parse(reading *r, const char *text, size_t size)
{
    yaml_parser_t parser;
    bool          well;

    if (!yaml_parser_initialize(&parser))
        return limn_fail(r->err, MEMORY, "no memory to read %.120s", r->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    well = yaml_parser_load(&parser, &r->document);
    if (well) {
        well = read_document(r);
        yaml_document_delete(&r->document);
    } else {
        limn_fail(r->err, FILE, "%.120s: line %zu: this is no YAML: %.120s", r->path, parser.problem_mark.line + 1,
                  parser.problem ? parser.problem : "it cannot be read");
    }
    yaml_parser_delete(&parser);
    return well;
}

/* The folder that a file lies in, absolute.                                                      [new] */
static char *folder_of(const char *path)
{
    char *here = realpath(".", NULL), *whole = joined(here ? here : "/", path), *slash = strrchr(whole, '/');

    slash[slash == whole] = 0;
    free(here);
    return whole;
}

bool lm_models_config_read(lm_models_config *c, const char *path, limn_error *err)
{
    const int before = c->n;
    reading   r = { .config = c, .path = path, .err = err };
    size_t    size;
    char     *text = lm_read_whole(path, MOST_BYTES, &size, err);
    bool      well = false;

    if (text) {
        r.folder = folder_of(path);
        well = parse(&r, text, size);
        lm_free(r.folder);
    } else {
        const limn_error why = *err;

        *err = (limn_error){ 0 };
        limn_fail(err, FILE, "%.120s: %s", path, why.text);
    }
    while (!well && c->n > before)
        lm_free(c->orders[--c->n]);
    if (c->orders)
        c->orders[c->n] = NULL;
    lm_free(text);
    return well;
}

static bool read_of_base(lm_models_config *c, const char *base, limn_error *err)
{
    lm_text path = { 0 };
    bool    well;

    lm_text_printf(&path, "%s/extra_model_paths.yaml", base ? base : ".");
    well = access(path.at, F_OK) || lm_models_config_read(c, path.at, err);
    lm_text_done(&path);
    return well;
}

bool lm_models_config_options(lm_models_config *c, const lm_args *a, limn_error *err)
{
    const char *path;
    bool        well = lm_args_has(a, "--folder") || read_of_base(c, lm_args_value(a, "--base"), err);

    for (int i = 0; well && (path = lm_args_each(a, "--extra-model-paths-config", i)); i++)
        well = lm_models_config_read(c, path, err);
    for (int i = 0; well && (path = lm_args_each(a, "--folder", i)); i++)
        add_order(c, lm_copy_text(path));
    return well;
}

void lm_models_config_done(lm_models_config *c)
{
    for (int i = 0; i < c->n; i++)
        lm_free(c->orders[i]);
    lm_free(c->orders);
    lm_text_done(&c->notes);
    *c = (lm_models_config){ 0 };
}
