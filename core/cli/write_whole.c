/* write_whole.c: a file that appears whole or not at all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cli/session.h"

bool lm_write_whole(const char *path, const lm_text *text, limn_error *err)
{
    lm_text     beside = { 0 };
    struct stat st;
    FILE       *f;
    bool        ok;

    if (!stat(path, &st) && S_ISDIR(st.st_mode))
        return limn_fail(err, FILE, "%s cannot be written: it is a folder", path);
    lm_text_printf(&beside, "%s.new", path);
    f = fopen(beside.at, "wb");
    ok = f && fwrite(text->at, 1, text->size, f) == text->size;
    ok = (!f || !fclose(f)) && ok && !rename(beside.at, path);
    if (!ok) {
        limn_fail(err, FILE, "%s cannot be written: %s", path, strerror(errno));
        if (f)
            remove(beside.at);
    }
    lm_text_done(&beside);
    return ok;
}
