/* token.c: the secret that a server and its clients share. */
#include "core/cli/token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { LEAST = 16, MOST = 512 };

static bool is_private(int fd, const char *path, limn_error *err)
{
    struct stat st;

    if (fstat(fd, &st))
        return limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: not a regular file", path);
    if (st.st_mode & 077)
        return limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: others than its owner may read or write it (mode %03o); "
                         "chmod 600 keeps it secret", path, st.st_mode & 0777);
    return true;
}

static bool is_token(const char *text, size_t n, const char *path, limn_error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=";

    if (n < LEAST || n > MOST)
        return limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: it holds %zu letters; a token has %d to %d", path, n, LEAST,
                         MOST);
    return strspn(text, letters) == n ||
           limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: letters, digits and -._~+/= make a token, on one line", path);
}

/* What the file holds, without the end of its line; -1 with a sentence. */
static ssize_t read_text(int fd, const char *path, char *text, size_t room, limn_error *err)
{
    ssize_t n = read(fd, text, room - 1);

    if (n < 0) {
        limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: %s", path, strerror(errno));
        return -1;
    }
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    text[n] = 0;
    return n;
}

char *lm_token_read(const lm_args *a, limn_error *err)
{
    const char *path = lm_args_value(a, LM_TOKEN_OPTION);
    const int   fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    char        text[MOST + 4], *token = NULL;
    ssize_t     n;

    if (!path)
        return NULL;
    if (fd < 0) {
        limn_fail(err, FILE, LM_TOKEN_OPTION " %.120s: %s", path, strerror(errno));
        return NULL;
    }
    if (is_private(fd, path, err) && (n = read_text(fd, path, text, sizeof text, err)) >= 0 &&
        is_token(text, (size_t)n, path, err))
        token = lm_copy_bytes(text, (size_t)n);
    explicit_bzero(text, sizeof text);
    close(fd);
    return token;
}

void lm_token_free(char *token)
{
    if (token)
        explicit_bzero(token, strlen(token));
    lm_free(token);
}
