/* work_pictures.c: limn work --pictures: pictures outside jobs, read where they can do no harm. */
#include "core/cli/work_pictures.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/commands.h"
#include "core/cli/confine.h"
#include "core/cli/make_picture.h"

enum { GIVEN_BACK = 1 << 20 }; /* bytes of a block from which on its memory goes back to the system at once */

/* Our own account stands in front of the system's: its refusal is a sentence, and it also counts under sanitizers. */
static uint64_t most;

static bool may_take(size_t bytes)
{
    return bytes <= most && lm_alloc_large_bytes() <= most - bytes;
}

/* What the server's parent forgot to close is nothing for us. */
static void settle(int socket, uint64_t memory)
{
    close_range((unsigned)socket + 1, ~0u, 0);
    most = memory;
    lm_alloc_ask = may_take;
    mallopt(M_MMAP_THRESHOLD, GIVEN_BACK);
    mallopt(M_TRIM_THRESHOLD, GIVEN_BACK);
    if (!lm_confine_reader(memory, LM_PICTURE_MOST_BYTES))
        fprintf(stderr, "limn work: this kernel filters no calls: who reads pictures may do what the user may\n");
}

/* The descriptors are taken, and closed before anybody hears. */
static bool answer(int socket, const lm_picture_ask *ask, size_t size, const int *fds, int n_fds)
{
    const bool        well = lm_picture_ask_ok(ask, size, n_fds);
    lm_picture_answer a = { .number = 0 };

    if (well)
        a = lm_make_picture(ask, fds);
    for (int i = 0; i < n_fds; i++)
        close(fds[i]);
    return well && lm_picture_send(socket, &a, sizeof a, NULL, 0);
}

int lm_work_pictures(int socket, uint64_t memory)
{
    lm_picture_ask ask;
    int            fds[LM_PICTURE_FDS], n_fds;
    ssize_t        got;
    bool           well = true;

    settle(socket, memory);
    while (well && (got = lm_picture_receive(socket, &ask, sizeof ask, fds, &n_fds)) != 0)
        well = got > 0 && answer(socket, &ask, (size_t)got, fds, n_fds);
    return well ? LM_EXIT_WELL : LM_EXIT_BUG;
}
