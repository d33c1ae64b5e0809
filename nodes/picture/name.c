/* name.c: how a saved picture is called. */
#include "nodes/picture/name.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

typedef struct token {
    const char *mark;
    int64_t     value;
    int         digits;
} token;

/* `text` with every mark replaced by its number. */
static char *fill_in(const char *text, const token *tokens, size_t n)
{
    lm_text out = { 0 };

    while (*text) {
        const token *t = NULL;

        for (size_t i = 0; i < n && !t; i++)
            if (!strncmp(text, tokens[i].mark, strlen(tokens[i].mark)))
                t = &tokens[i];
        if (t)
            lm_text_printf(&out, "%0*" PRId64, t->digits, t->value);
        else
            lm_text_add(&out, text, 1);
        text += t ? strlen(t->mark) : 1;
    }
    return lm_text_take(&out);
}

/* Drops the last part of the path; false when there is none. */
static bool drop_last(lm_text *path)
{
    const char *slash;

    if (!path->size)
        return false;
    slash = strrchr(path->at, '/');
    path->size = slash ? (size_t)(slash - path->at) : 0;
    path->at[path->size] = 0;
    return true;
}

/* Drops empty parts and ".", and a part with the ".." behind it; false when it leads out. */
static bool make_plain(const char *path, lm_text *out)
{
    if (*path == '/')
        return false;
    while (*path) {
        const size_t n = strcspn(path, "/");

        if (n == 2 && path[0] == '.' && path[1] == '.') {
            if (!drop_last(out))
                return false;
        } else if (n && !(n == 1 && path[0] == '.')) {
            lm_text_puts(out, out->size ? "/" : "");
            lm_text_add(out, path, n);
        }
        path += n + (path[n] == '/');
    }
    if (!out->size)
        lm_text_puts(out, ".");
    return true;
}

bool lm_picture_name_make(const char *prefix, int64_t width, int64_t height, const struct tm *now,
                          lm_picture_name *out, limn_error *err)
{
    const token tokens[] = {
        { "%width%",  width,               0 }, { "%height%", height,       0 },
        { "%year%",   1900 + now->tm_year, 0 }, { "%month%", 1 + now->tm_mon, 2 },
        { "%day%",    now->tm_mday,        2 }, { "%hour%",   now->tm_hour, 2 },
        { "%minute%", now->tm_min,         2 }, { "%second%", now->tm_sec,  2 },
    };
    char   *filled = fill_in(prefix, tokens, sizeof tokens / sizeof *tokens);
    lm_text path = { 0 };
    bool    fine = make_plain(filled, &path);
    char   *slash = fine ? strrchr(path.at, '/') : NULL;

    *out = (lm_picture_name){ 0 };
    if (fine) {
        out->subfolder = lm_copy_bytes(path.at, slash ? (size_t)(slash - path.at) : 0);
        out->name = lm_copy_text(slash ? slash + 1 : path.at);
    } else {
        limn_fail(err, INPUT, "pictures are saved inside the output folder; \"%.80s\" leads out of it",
                  prefix);
    }
    lm_text_done(&path);
    lm_free(filled);
    return fine;
}

void lm_picture_name_done(lm_picture_name *n)
{
    lm_free(n->subfolder);
    lm_free(n->name);
    *n = (lm_picture_name){ 0 };
}

char *lm_picture_file_name(const lm_picture_name *n, int64_t index, int64_t counter)
{
    const token batch = { "%batch_num%", index, 0 };
    char       *name = fill_in(n->name, &batch, 1);
    lm_text     out = { 0 };

    lm_text_printf(&out, "%s_%05" PRId64 "_.png", name, counter);
    lm_free(name);
    return lm_text_take(&out);
}
