/* file_name.c: names of files as requests write them, and what errno means to who asked. */
#include "web/server/file_name.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum { MOST_BYTES = 1024, MOST_PART = 255 };

static const char *whole_fault(const char *raw)
{
    const size_t n = strlen(raw);

    if (*raw == '/')
        return "is an absolute path";
    if (n > MOST_BYTES)
        return "is too long";
    if (strchr(raw, '\\'))
        return "holds a backslash";
    for (const char *c = raw; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return "holds a control character";
    return lm_utf8_well(raw, n) ? NULL : "is not UTF-8";
}

static bool is(const char *part, size_t n, const char *text)
{
    return n == strlen(text) && !memcmp(part, text, n);
}

const char *lm_file_name(const char *raw, lm_text *out)
{
    const char  *fault = whole_fault(raw);
    const size_t began = out->size;

    for (size_t n; !fault && *raw; raw += n + (raw[n] == '/')) {
        n = strcspn(raw, "/");
        if (is(raw, n, ".."))
            return "leads out of its folder";
        if (n > MOST_PART)
            return "is too long";
        if (!n || is(raw, n, "."))
            continue;
        if (out->size > began)
            lm_text_add(out, "/", 1);
        lm_text_add(out, raw, n);
    }
    return fault;
}

bool lm_file_part_hidden(const char *part)
{
    const size_t n = strcspn(part, "/");

    return (*part == '.' && !is(part, n, ".index.json")) || !strncmp(part, "__", 2);
}

bool lm_file_name_hidden(const char *name)
{
    for (const char *slash; !lm_file_part_hidden(name); name = slash + 1)
        if (!(slash = strchr(name, '/')))
            return false;
    return true;
}

bool lm_file_name_dotted(const char *name)
{
    for (const char *slash; *name != '.'; name = slash + 1)
        if (!(slash = strchr(name, '/')))
            return false;
    return true;
}

bool lm_file_part_shown(const char *part)
{
    return *part != '.' && lm_utf8_well(part, strlen(part));
}

bool lm_file_name_ends(const char *name, size_t n, const char *const *endings)
{
    for (; *endings; endings++) {
        const size_t k = strlen(*endings);

        if (n > k && !strncasecmp(name + n - k, *endings, k))
            return true;
    }
    return false;
}

int lm_file_status(int why, bool writing, const char **words)
{
    static const struct {
        int         why, status;
        const char *words;
    } rows[] = {
        { ENOENT, 404, "there is no such file" },
        { ENOTDIR, 404, "there is no such file" },
        { EINVAL, 404, "it is not a regular file" },
        { ENXIO, 404, "it is not a regular file" },
        { ENODEV, 404, "it is not a regular file" },
        { EISDIR, 404, "it is a folder" },
        { EEXIST, 409, "File already exists" },
        { ELOOP, 403, "a symbolic link is in the way" },
        { EXDEV, 403, "the name leads out of its folder" },
        { EACCES, 403, "the server may not do that" },
        { EPERM, 403, "the server may not do that" },
        { EROFS, 403, "the disk may only be read" },
        { ENAMETOOLONG, 400, "the name is too long" },
        { ENOSPC, 507, "there is no space left" },
        { EDQUOT, 507, "there is no space left" },
        { EFBIG, 507, "the file is too large for its disk" },
        { EMFILE, 503, "too many files are open" },
        { ENFILE, 503, "too many files are open" },
        { ENOMEM, 503, "there is not enough memory" },
    };

    if (writing && (why == ENOTDIR || why == EISDIR || why == EINVAL || why == ENOENT)) {
        *words = why == ENOTDIR ? "a file is where a folder should be" : "there can be no such file";
        return 400;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].why == why) {
            *words = rows[i].words;
            return rows[i].status;
        }
    *words = "the disk failed";
    return 500;
}
