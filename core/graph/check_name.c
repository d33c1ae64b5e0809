/* check_name.c: constants that are names: of a choice, or of a file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/check_parts.h"
#include "core/graph/nearest.h"

enum { FEW_OPTIONS = 20 }; /* more are not listed in details, as ComfyUI does */

int lm_find_name(const char *const *names, const char *name)
{
    for (int i = 0; name && names && names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

static int count_names(const char *const *names)
{
    int n = 0;

    while (names && names[n])
        n++;
    return n;
}

enum { SHOWN = 6, NEAR = 3 };

/* "a, b, c and 7 more". [new] */
static char *some_names(const char *const *names, const char *const *more)
{
    const int n = count_names(names), all = n + count_names(more), shown = all > SHOWN ? SHOWN - 1 : all;
    lm_text   text = { 0 };

    for (int i = 0; i < shown; i++)
        lm_text_printf(&text, "%s%.100s", i ? ", " : "", i < n ? names[i] : more[i - n]);
    if (shown < all)
        lm_text_printf(&text, " and %d more", all - shown);
    return lm_text_take(&text);
}

/* "; nearest: a, b", or "" when there is none. [new] */
static char *hint(const char *const *near, int n)
{
    lm_text text = { 0 };

    for (int i = 0; i < n; i++)
        lm_text_printf(&text, "%s%.100s", i ? ", " : "; nearest: ", near[i]);
    return lm_text_take(&text);
}

/* Of a list that is too long to be shown. [new] */
static char *near_choices(const char *const *names, const char *name)
{
    const char *near[NEAR];
    lm_nearest  search = lm_nearest_begin(name ? name : "", near, NEAR);

    for (; name && count_names(names) > SHOWN && *names; names++)
        lm_nearest_try(&search, *names);
    return hint(near, search.count);
}

static lm_issue *fault_list(const lm_at *a, int options)
{
    lm_issue *i = lm_issue_note(a->k, LM_ISSUE_NOT_IN_LIST, a->node, a->in, a->v);
    char     *value, *list;

    if (!i)
        return NULL;
    value = lm_issue_value(a->k, a->v);
    list = options > FEW_OPTIONS ? NULL : lm_issue_type(a->k, a->in);
    if (list)
        lm_issue_details(a->k, i, "%s: '%s' not in %s", a->in->name, value, list);
    else
        lm_issue_details(a->k, i, "%s: '%s' not in (list of length %d)", a->in->name, value, options);
    lm_free(value);
    lm_free(list);
    return i;
}

static bool fault_choice(const lm_at *a, const char *name)
{
    lm_issue *i = fault_list(a, count_names(a->in->choices));
    char     *some, *quote, *near;

    if (!i)
        return false;
    some = some_names(a->in->choices, NULL);
    quote = lm_issue_quote(a->k, a->v);
    near = near_choices(a->in->choices, name);
    if (lm_find_name(a->in->unbuilt, name) >= 0)
        lm_issue_say(a->k, i, "%s is known, but limn cannot do it yet; it can do %s", quote, some);
    else
        lm_issue_say(a->k, i, "%s is not among the choices: %s%s", quote, some, near);
    lm_free(near);
    lm_free(some);
    lm_free(quote);
    return false;
}

bool lm_check_choice(const lm_at *a, lm_arg *out)
{
    const char *name = lm_json_c_string(a->k->json, a->v);

    out->as.i = lm_find_name(a->in->choices, name);
    return out->as.i >= 0 || fault_choice(a, name);
}

static bool fault_upload(const lm_at *a, const limn_error *why)
{
    lm_issue *i = lm_issue_note(a->k, LM_ISSUE_CUSTOM, a->node, a->in, a->v);
    char     *value;

    if (i) {
        value = lm_issue_value(a->k, a->v);
        lm_issue_details(a->k, i, "%s - Invalid %s: %s", a->in->name,
                         a->in->flags & LIMN_UPLOAD ? "image file" : "file", value);
        lm_issue_say(a->k, i, "%s", why->text);
        lm_free(value);
    }
    return false;
}

/* A file of another ending: that its kind is not read is all that is wrong with it. */
static bool is_unread(const lm_at *a, const char *name)
{
    limn_error none = { 0 };
    const bool plain = name && a->k->env->folders && !strstr(name, "./") && !strstr(name, "//");
    const int  fd = plain ? lm_folders_open(a->k->env->folders, a->in->folder, name, &none) : -1;

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool fault_file(const lm_at *a, const char *name, char **names, int count)
{
    const char *const *known = (const char *const *)names;
    const char        *near[NEAR];
    lm_issue          *i = fault_list(a, count + count_names(a->in->extra));
    char              *some, *quote, *nearest;

    if (!i)
        return false;
    some = some_names(known, a->in->extra);
    quote = lm_issue_quote(a->k, a->v);
    nearest = hint(near, name ? lm_nearest_files(name, known, near, NEAR) : 0);
    if (is_unread(a, name))
        lm_issue_say(a->k, i, "%s is in %s, but files of this kind are not read%s", quote, a->in->folder, nearest);
    else if (*nearest)
        lm_issue_say(a->k, i, "%s is not among the files of %s%s", quote, a->in->folder, nearest);
    else if (*some)
        lm_issue_say(a->k, i, "%s is not among the files of %s: %s", quote, a->in->folder, some);
    else
        lm_issue_say(a->k, i, "there is no %s: the folder %s holds no file that fits", quote,
                     a->in->folder);
    lm_free(nearest);
    lm_free(some);
    lm_free(quote);
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool settle_upload(const lm_at *a, const char *name)
{
    limn_error err = { 0 };
    int        fd = -1;

    if (name)
        fd = lm_folders_open(a->k->env->folders, a->in->folder, name, &err);
    else
        limn_fail(&err, FILE, "the name of a file is a text");
    if (fd < 0)
        return fault_upload(a, &err);
    close(fd);
    return true;
}

bool lm_check_file(const lm_at *a, lm_arg *out)
{
    const char *name = lm_json_c_string(a->k->json, a->v);
    char      **names;
    int         count;

    out->as.text = name;
    if (lm_find_name(a->in->extra, name) >= 0 || (name && !a->k->env->folders))
        return true;
    if (a->k->env->folders && lm_folders_working(a->in->folder)) /* files are uploaded to it: any will do */
        return settle_upload(a, name);
    names = lm_check_names(a->k, a->in->folder, &count);
    if (name && count && bsearch(&name, names, (size_t)count, sizeof *names, by_text))
        return true;
    return fault_file(a, name, names, count);
}
