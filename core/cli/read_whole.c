/* read_whole.c: the whole of a file that the user named, in memory. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/cli/session.h"

char *lm_read_whole(const char *path, size_t most, size_t *size, limn_error *err)
{
    const int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    lm_text   text = { 0 };
    char      piece[65536];
    ssize_t   got;

    if (fd < 0) {
        limn_fail(err, FILE, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    while ((got = read(fd, piece, sizeof piece)) > 0 && text.size <= most)
        lm_text_add(&text, piece, (size_t)got);
    if (got < 0)
        limn_fail(err, FILE, "cannot be read: %s", strerror(errno));
    else if (text.size > most)
        limn_fail(err, FILE, "larger than %zu MB", most >> 20);
    close(fd);
    *size = text.size;
    if (err->code == LIMN_OK)
        return lm_text_take(&text);
    lm_text_done(&text);
    return NULL;
}
