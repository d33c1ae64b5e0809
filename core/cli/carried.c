/* carried.c: the workflow that a file carries. */
#include "core/cli/carried.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/cli/session.h"
#include "core/graph/blame.h"
#include "nodes/a1111.h"
#include "nodes/picture/texts.h"

static const size_t largest_workflow = (size_t)64 << 20;
static const char   label[] = "this picture"; /* the line begins with the file's name */

static void put(lm_carried *c, const char *key, char *text, size_t size)
{
    c->at[c->n].key = key;
    c->at[c->n].text = text;
    c->at[c->n++].size = size;
}

void lm_carried_done(lm_carried *c)
{
    for (int i = 0; i < c->n; i++)
        lm_free(c->at[i].text);
    lm_text_done(&c->notes);
    c->n = 0;
}

/* ------------------------------------------------------------------ pictures */

/* What the texts of a picture say; of two under one key the last counts, as in ComfyUI. */
typedef struct heard {
    lm_text workflow, prompt, parameters, comment, keys;
} heard;

static void hear(void *self, const char *key, const char *text, size_t n)
{
    static const size_t longest_list = 200;
    heard              *h = self;
    lm_text            *to = !strcasecmp(key, "workflow") ? &h->workflow
                           : !strcasecmp(key, "prompt")   ? &h->prompt
                           : !strcmp(key, "parameters")   ? &h->parameters
                           : !strcmp(key, "UserComment")  ? &h->comment : NULL;

    if (h->keys.size < longest_list)
        lm_text_printf(&h->keys, "%s%s", h->keys.size ? ", " : "", key);
    if (!to)
        return;
    lm_text_done(to);
    lm_text_add(to, text, n);
}

static void take(lm_carried *c, const char *key, lm_text *text)
{
    const size_t size = text->size;

    if (size)
        put(c, key, lm_text_take(text), size);
}

/* A1111's words as a graph. */
static bool take_parameters(lm_carried *c, const char *words, lm_folders *folders, limn_error *err)
{
    char *json = lm_a1111_graph(words, folders, &c->notes, err);

    if (json)
        put(c, "parameters", json, strlen(json));
    return json;
}

static bool wanted(const char *key, const char *name)
{
    return !key || !strcmp(key, name);
}

/* A1111's words are made a graph only when nothing else is there, or they are asked for. */
static bool choose(lm_carried *c, heard *h, const char *key, lm_folders *folders, limn_error *err)
{
    const char *comment = lm_text_str(&h->comment);

    if (comment[strspn(comment, " \t\r\n")] == '{' && !h->prompt.size)
        h->prompt = h->comment, h->comment = (lm_text){ 0 };
    if (wanted(key, "workflow"))
        take(c, "workflow", &h->workflow);
    if (wanted(key, "prompt"))
        take(c, "prompt", &h->prompt);
    if (!c->n && wanted(key, "parameters") && (h->parameters.size || lm_a1111_is(comment)))
        return take_parameters(c, h->parameters.size ? h->parameters.at : comment, folders, err);
    if (c->n)
        return true;
    return limn_fail(err, FILE, "this picture carries no %.40s%s%s%s", key ? key : "workflow",
                     h->keys.size ? ": its texts are " : "", lm_text_str(&h->keys),
                     h->keys.size ? "" : ", and no text at all");
}

static bool read_picture(lm_carried *c, lm_source *s, const char *key, lm_folders *folders, limn_error *err)
{
    heard h = { 0 };
    bool  well = lm_picture_texts(s, hear, &h, err) && choose(c, &h, key, folders, err);

    lm_text_done(&h.workflow);
    lm_text_done(&h.prompt);
    lm_text_done(&h.parameters);
    lm_text_done(&h.comment);
    lm_text_done(&h.keys);
    return well;
}

/* ------------------------------------------------------------------ files */

/* Is it a picture in a file of its own? Then *s is open, and its descriptor the caller's to close. */
static bool open_picture(const char *path, lm_source *s, int *fd)
{
    limn_error  err = { 0 };
    struct stat st;

    if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode)) /* a pipe is opened once, to be read */
        return false;
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return false;
    if (lm_source_file(s, *fd, label, NULL, &err) && lm_picture_begins(s))
        return true;
    close(*fd);
    return false;
}

/* JSON that could be a workflow, or a slip of one that its reader names best. */
static bool may_be_json(const char *text, size_t size)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t            i = size >= 3 && !memcmp(text, mark, 3) ? 3 : 0;

    while (i < size && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    return i < size && text[i] && strchr("{[\"-0123456789", text[i]);
}

static bool is_no_workflow(const char *text, size_t size, limn_error *err)
{
    if (!size)
        return limn_fail(err, FILE, "it is empty");
    if (size > 9 && !text[7] && text[8] == '{')
        return limn_fail(err, FILE, "this seems to be a model file and no workflow: limn inspect says what it holds");
    return limn_fail(err, FILE, "this is no workflow: neither JSON, nor a picture (PNG, WebP, JPEG), nor a bundle, nor "
                                "A1111's words about a picture");
}

/* `text` is taken. */
static bool read_text(lm_carried *c, char *text, size_t size, const char *key, lm_folders *folders, limn_error *err)
{
    lm_source s = lm_source_memory(text, size, label);
    bool      well = true;

    if (lm_picture_begins(&s)) {
        well = read_picture(c, &s, key, folders, err);
    } else if (lm_a1111_is(text)) {
        well = take_parameters(c, text, folders, err);
    } else if (may_be_json(text, size)) {
        put(c, "file", text, size);
        return true;
    } else {
        well = is_no_workflow(text, size, err);
    }
    lm_free(text);
    return well;
}

bool lm_carried_bytes(lm_carried *c, const char *at, size_t size, lm_folders *folders, limn_error *err)
{
    return read_text(c, lm_copy_bytes(at, size), size, NULL, folders, err);
}

bool lm_carried_read(lm_carried *c, const char *path, const char *key, lm_folders *folders, limn_error *err)
{
    lm_source s;
    size_t    size;
    char     *text;
    int       fd;
    bool      well;

    if (lm_bundled_carried(NULL, path, c, err))
        return c->n;
    if (open_picture(path, &s, &fd)) {
        well = read_picture(c, &s, key, folders, err);
        close(fd);
        return well;
    }
    text = lm_read_whole(path, largest_workflow, &size, err);
    return text && read_text(c, text, size, key, folders, err);
}

lm_workflow *lm_carried_workflow(lm_carried *c, const lm_canvas_env *env, limn_error *err)
{
    limn_error   first = { 0 };
    lm_workflow *w = NULL;

    for (int i = 0; i < c->n && !w; i++) {
        limn_error why = { 0 };

        w = lm_workflow_open(c->at[i].text, c->at[i].size, env, &why);
        if (!w && i + 1 < c->n)
            lm_text_printf(&c->notes, "its %s is passed over (%s); its %s is taken\n", c->at[i].key, why.text,
                           c->at[i + 1].key);
        if (!w && !i)
            first = why;
    }
    if (!w && c->n == 1)
        *err = first;
    else if (!w)
        limn_fail_at(err, first.code, first.file, first.line, "its %s: %s", c->at[0].key, first.text);
    return w;
}
