/* foreign.c: whose code a thread is in. */
#include "core/data/foreign.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/data/call.h"

static _Thread_local const lm_foreign *now;

/* ------------------------------------------------------------------ stacks */

/* The kernel saves all vector registers on it: 11 KB with AMX; the rest is the handler's. */
enum { STACK_BYTES = 64 << 10 };

static pthread_key_t  stack_key;
static pthread_once_t stack_once = PTHREAD_ONCE_INIT;

static void drop_stack(void *memory)
{
    const stack_t none = { .ss_flags = SS_DISABLE };

    sigaltstack(&none, NULL);
    munmap(memory, STACK_BYTES);
}

static void make_key(void)
{
    pthread_key_create(&stack_key, drop_stack);
}

void lm_foreign_stack(void)
{
    static _Thread_local bool asked;
    stack_t                   mine = { .ss_size = STACK_BYTES }, other;

    if (asked)
        return;
    asked = true;
    if (sigaltstack(NULL, &other) || !(other.ss_flags & SS_DISABLE))
        return; /* a sanitizer's, perhaps: it would be freed by its maker */
    pthread_once(&stack_once, make_key);
    mine.ss_sp = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mine.ss_sp == MAP_FAILED)
        return;
    if (sigaltstack(&mine, NULL))
        munmap(mine.ss_sp, STACK_BYTES);
    else
        pthread_setspecific(stack_key, mine.ss_sp);
}

/* ------------------------------------------------------------------ in and out */

bool lm_foreign_enter(lm_foreign *f, const lm_origin *o, limn_call *call, const char *function,
                      limn_error *err)
{
    const lm_call *mine = call ? lm_call_of(call) : NULL;

    *f = (lm_foreign){ .origin = o, .function = function, .outer = now,
                       .node = mine ? mine->node : NULL, .node_class = mine ? mine->node_class : NULL };
    lm_foreign_stack();
    now = f;
    return !o->ready || o->ready(o, call ? call->host : NULL, err);
}

/* Ends a text inside its `size` bytes and takes control characters out. */
static void tidy(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 32 || *c == 127)
            *c = ' ';
}

bool lm_foreign_leave(lm_foreign *f, bool ok, limn_error *err)
{
    now = f->outer;
    if (ok || !err)
        return ok;
    if (err->code == LIMN_OK)
        limn_fail(err, INPUT, "the plugin %s failed in %s without saying why", f->origin->plugin,
                  f->function);
    if ((unsigned)err->code >= LIMN_N_CODES)
        err->code = LIMN_INPUT;
    tidy(err->text, sizeof err->text);
    tidy(err->node, sizeof err->node);
    tidy(err->input, sizeof err->input);
    return false;
}

const lm_foreign *lm_foreign_pause(void)
{
    const lm_foreign *f = now;

    now = NULL;
    return f;
}

void lm_foreign_resume(const lm_foreign *f)
{
    now = f;
}

const lm_foreign *lm_foreign_now(void)
{
    return now;
}

/* ------------------------------------------------------------------ names that plugins bring */

/* Filled while plugins are loaded, before anything runs; only read afterwards. */
enum { MOST_CHOICES = 1024 };
static struct choice {
    const char      *name;
    const lm_origin *origin;
} choices[MOST_CHOICES];
static int n_choices;

void lm_origin_add_choice(const char *name, const lm_origin *o)
{
    if (n_choices < MOST_CHOICES)
        choices[n_choices++] = (struct choice){ name, o };
}

const lm_origin *lm_origin_of_choice(const char *name)
{
    for (int i = 0; i < n_choices; i++)
        if (choices[i].name == name)
            return choices[i].origin;
    return NULL;
}

lm_hash lm_origin_choices(void)
{
    lm_hash h = lm_hash_start();

    for (int i = 0; i < n_choices; i++)
        h = lm_hash_mix(lm_hash_text(h, choices[i].name), choices[i].origin->hash);
    return h;
}
