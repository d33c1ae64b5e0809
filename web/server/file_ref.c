/* file_ref.c: which file of input, output and temp a request means. */
#include <string.h>

#include "web/server/file_name.h"
#include "web/server/view.h"

/* " [input]" at the end: the text in the brackets, and one character before them, are cut off. */
static const char *take_mark(lm_text *filename)
{
    static const char *const kinds[] = { "input", "output", "temp" };

    for (int i = 0; i < 3; i++) {
        const size_t n = strlen(kinds[i]), at = filename->size - n - 2;

        if (filename->size < n + 2 || filename->at[at] != '[' || filename->at[at + n + 1] != ']' ||
            strncmp(filename->at + at + 1, kinds[i], n))
            continue;
        filename->size = at ? at - 1 : 0;
        filename->at[filename->size] = 0;
        return kinds[i];
    }
    return NULL;
}

static int refuse(int status, const char **words, const char *why)
{
    *words = why;
    return status;
}

static int join(lm_file_ref *out, const char *subfolder, const char *filename, const char **words)
{
    const char *slash = strrchr(filename, '/');
    lm_text     last = { 0 };
    int         status = 0;

    if (lm_file_name(subfolder ? subfolder : "", &out->name))
        status = refuse(403, words, "subfolder leads out of its folder");
    else if (lm_file_name(slash ? slash + 1 : filename, &last) || !last.size)
        status = refuse(400, words, "filename is no name of a file");
    if (!status && out->name.size)
        lm_text_add(&out->name, "/", 1);
    lm_text_puts(&out->name, lm_text_str(&last));
    lm_text_done(&last);
    if (!status && lm_file_name_dotted(lm_text_str(&out->name)))
        status = refuse(404, words, "there is no such file");
    return status;
}

int lm_file_ref_read(lm_server *s, const char *filename, const char *subfolder, const char *type,
                     const char *fallback, lm_file_ref *out, const char **words)
{
    lm_text     name = { 0 };
    const char *mark;
    int         status;

    *out = (lm_file_ref){ 0 };
    if (!filename)
        return refuse(404, words, "filename is missing");
    lm_text_puts(&name, filename);
    mark = name.size ? take_mark(&name) : NULL;
    if (mark || !type)
        type = mark ? mark : fallback;
    if (!name.size || *name.at == '/' || strstr(name.at, ".."))
        status = refuse(400, words, "filename is no name of a file");
    else if (!lm_folders_working(type))
        status = refuse(400, words, "type is none of input, output and temp");
    else
        status = join(out, subfolder, name.at, words);
    if (!status)
        out->root = lm_folders_tree(s->folders, type);
    else
        lm_file_ref_done(out);
    lm_text_done(&name);
    return status;
}

void lm_file_ref_done(lm_file_ref *r)
{
    lm_text_done(&r->name);
}
