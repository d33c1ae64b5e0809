/* escapes.c: tries to get out of its process, and says what the system thought of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo.h"

static const char *const ways[] = { "exec", "connect", "trace", "read", "list", "write", "append", "make", "remove",
                                    "rename", "link", "truncate", "mode", "kill", "stay", NULL };

struct how {
    int32_t     how;
    const char *where;
};
#define LIMN_ARGS struct how
static const limn_input how_in[] = {
    LIMN_CHOICE(how, ways, "Where it goes."),
    LIMN_TEXT(where, "", "A path.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

static void let_go(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void try_folder(const char *path)
{
    DIR *d = opendir(path);

    if (d)
        closedir(d);
}

static void try_rename(const char *path)
{
    char other[4096] = "";

    strncat(other, path, sizeof other - 3);
    strcat(other, ".2");
    rename(path, other);
}

/* errno says how it went. */
static void try_way(const char *how, const char *where)
{
    if (!strcmp(how, "exec"))
        execl("/bin/true", "true", (char *)NULL);
    if (!strcmp(how, "connect"))
        socket(AF_INET, SOCK_STREAM, 0);
    if (!strcmp(how, "trace"))
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    if (!strcmp(how, "read"))
        let_go(open(where, O_RDONLY | O_CLOEXEC));
    if (!strcmp(how, "list"))
        try_folder(where);
    if (!strcmp(how, "write"))
        let_go(open(where, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!strcmp(how, "append"))
        let_go(open(where, O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!strcmp(how, "make"))
        mkdir(where, 0700);
    if (!strcmp(how, "remove"))
        unlink(where);
    if (!strcmp(how, "rename"))
        try_rename(where);
    if (!strcmp(how, "link"))
        symlink("/", where);
    if (!strcmp(how, "truncate"))
        truncate(where, 0);
    if (!strcmp(how, "mode"))
        chmod(where, 0666);
    if (!strcmp(how, "kill"))
        kill(getppid(), 0);
}

static bool run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct how *a = args;

    errno = 0;
    try_way(ways[a->how], a->where);
    if (errno)
        return limn_fail(err, INPUT, "%s: %s", ways[a->how], strerror(errno));
    out[0] = call->host->value("INT");
    return true;
}

static const limn_node node = ZOO_NODE(.inputs = how_in, .args_size = sizeof(struct how), .run = run);
ZOO_PLUGIN(&node);
