/* escapes.c: tries to get out of its process, and says what the system thought of it. */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "zoo.h"

static const char *const ways[] = { "exec", "connect", "trace", "stay", NULL };

struct how {
    int32_t how;
};
#define LIMN_ARGS struct how
static const limn_input how_in[] = { LIMN_CHOICE(how, ways, "Where it goes."), LIMN_END };
#undef LIMN_ARGS

static bool run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const char *how = ways[((const struct how *)args)->how];

    errno = 0;
    if (!strcmp(how, "exec"))
        execl("/bin/true", "true", (char *)NULL);
    if (!strcmp(how, "connect"))
        socket(AF_INET, SOCK_STREAM, 0);
    if (!strcmp(how, "trace"))
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    if (errno)
        return limn_fail(err, INPUT, "%s: %s", how, strerror(errno));
    out[0] = call->host->value("INT");
    return true;
}

static const limn_node node = ZOO_NODE(.inputs = how_in, .args_size = sizeof(struct how), .run = run);
ZOO_PLUGIN(&node);
