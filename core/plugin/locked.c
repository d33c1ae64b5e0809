/* locked.c: the files that may be loaded when only allowed ones may. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/plugin/parts.h"

struct lm_allowed {
    char (*digests)[65];
    size_t n, room;
};

enum { MOST_BYTES = 1 << 20 };

/* Nobody but the person who runs limn (or root) could have written it, a regular file or a folder. */
static bool is_ours(int fd, mode_t type, limn_error *err)
{
    struct stat st;

    if (fstat(fd, &st) || (st.st_mode & S_IFMT) != type)
        return limn_fail(err, FILE, "it is not a %s", type == S_IFDIR ? "folder" : "regular file");
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return limn_fail(err, FILE, "it belongs to another user (%u), who could change it", (unsigned)st.st_uid);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return limn_fail(err, FILE, "its group or everybody may write it (mode %03o): chmod go-w makes it yours",
                         (unsigned)st.st_mode & 0777);
    return true;
}

/* ------------------------------------------------------------------ the list */

static void add(lm_allowed *a, const char *digest)
{
    if (a->n == a->room) {
        a->room = a->room ? 2 * a->room : 16;
        a->digests = lm_grow(a->digests, a->room * sizeof *a->digests);
    }
    for (int i = 0; i < 64; i++)
        a->digests[a->n][i] = (char)tolower((unsigned char)digest[i]);
    a->digests[a->n++][64] = '\0';
}

/* "<64 digits>  <name>", a comment that begins with '#', or nothing. */
static bool read_line(lm_allowed *a, const char *line, int number, limn_error *err)
{
    const size_t digits = strspn(line, "0123456789abcdefABCDEF");

    if (!*line || *line == '#')
        return true;
    if (digits != 64 || (line[64] && line[64] != ' ' && line[64] != '\t'))
        return limn_fail(err, FILE, "line %d is not a SHA-256 of 64 digits and a name, as sha256sum writes it",
                         number);
    add(a, line);
    return true;
}

static bool read_lines(lm_allowed *a, char *text, limn_error *err)
{
    int number = 0;

    for (char *line = text, *end; line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        if (!read_line(a, line, ++number, err))
            return false;
    }
    return true;
}

static char *read_text(int fd, limn_error *err)
{
    lm_text t = { 0 };
    char    piece[4096];
    ssize_t got;

    lm_text_puts(&t, "");
    while (t.size <= MOST_BYTES && (got = read(fd, piece, sizeof piece)) > 0)
        lm_text_add(&t, piece, (size_t)got);
    if (t.size <= MOST_BYTES && got == 0)
        return lm_text_take(&t);
    limn_fail(err, FILE, "it cannot be read, or is larger than 1 MiB");
    lm_text_done(&t);
    return NULL;
}

lm_allowed *lm_allowed_read(const char *path, const char *shown, limn_error *err)
{
    limn_error  mine = { 0 };
    lm_allowed *a = lm_alloc(sizeof *a);
    const int   fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char       *text = NULL;

    if (fd < 0)
        limn_fail(&mine, FILE, "it cannot be opened: %s", strerror(errno));
    else if (is_ours(fd, S_IFREG, &mine))
        text = read_text(fd, &mine);
    if (text)
        read_lines(a, text, &mine);
    if (fd >= 0)
        close(fd);
    lm_free(text);
    if (mine.code == LIMN_OK)
        return a;
    limn_fail(err, FILE, "--plugins-locked: the list of allowed plugins, %.120s: %.200s", shown, mine.text);
    lm_allowed_free(a);
    return NULL;
}

bool lm_allowed_folder(const char *path, const char *shown, limn_error *err)
{
    limn_error mine = { 0 };
    const int  fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ours = fd < 0 || is_ours(fd, S_IFDIR, &mine);

    if (fd >= 0)
        close(fd);
    return ours || limn_fail(err, FILE, "--plugins-locked: the folder %.120s: %.200s", shown, mine.text);
}

void lm_allowed_free(lm_allowed *a)
{
    if (a)
        lm_free(a->digests);
    lm_free(a);
}

bool lm_allowed_has(const lm_allowed *a, const lm_object *o, limn_error *err)
{
    char hex[65];

    if (!is_ours(o->file, S_IFREG, err))
        return false;
    lm_hex(o->digest, 32, hex);
    for (size_t i = 0; i < a->n; i++)
        if (!strcmp(a->digests[i], hex))
            return true;
    return limn_fail(err, FILE, "--plugins-locked: its SHA-256, %s, is not in the list of allowed plugins", hex);
}
