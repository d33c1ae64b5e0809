/* crash.c: ends this process where a test wants it to. */
#include "core/base/crash.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char        wanted[64]; /* "": nothing */
static atomic_long passings;   /* until it happens */
static bool        whole_group;

/* NAME[:N][+all] */
static void read_wish(void)
{
    const char *text = getenv("LIMN_CRASH_AT");
    const char *number = text ? strchr(text, ':') : NULL;
    size_t      n = text ? strcspn(text, ":+") : 0;

    if (!n || n >= sizeof wanted)
        return;
    memcpy(wanted, text, n);
    atomic_store(&passings, number ? strtol(number + 1, NULL, 10) : 1);
    whole_group = strstr(text + n, "+all") != NULL;
}

/* A worker that keeps to its places reaches no other process: it stays where it is until whoever reads the line ends them
 * all. */
static void end_all(void)
{
    while (kill(getppid(), 0) && errno == EPERM)
        pause();
    kill(0, SIGKILL);
}

void lm_crash_at(const char *point)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, read_wish);
    if (*wanted && !strcmp(point, wanted) && atomic_fetch_sub(&passings, 1) == 1) {
        fprintf(stderr, "limn: LIMN_CRASH_AT %s\n", wanted);
        if (whole_group)
            end_all();
        kill(getpid(), SIGKILL);
    }
}
