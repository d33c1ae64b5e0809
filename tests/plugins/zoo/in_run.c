/* in_run.c: does what its input `how` says while it runs; and one node does it in its check. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zoo.h"

static const char *const ways[] = {
    "segv", "fpe", "ill", "abort", "exit", "overflow", "thread", "bad_host", "sleep", "polite", "wrong_type",
    "nothing", "silent", "rude", "half", "log", "tell", "babble", "slow", "greedy", NULL
};

struct how {
    int32_t how;
};
#define LIMN_ARGS struct how
static const limn_input how_in[] = { LIMN_CHOICE(how, ways, "What goes wrong."), LIMN_END };
#undef LIMN_ARGS
static const limn_output two_out[] = { LIMN_OUT("INT", "INT", "One."), LIMN_OUT("TEXT", "STRING", "Two."),
                                       LIMN_OUT_END };

static volatile int *nowhere; /* volatile: nobody can see that it stays NULL */

static void *crash(void *self)
{
    *nowhere = 1;
    return self;
}

static int deeper(volatile int n)
{
    volatile char room[4096];

    room[0] = (char)n;
    return n < 0 ? room[0] : deeper(n + 1) + room[0];
}

/* Takes memory until there is none, and does not ask whether it got it. */
static void be_greedy(void)
{
    for (;;)
        memset(malloc(16 << 20), 1, 16 << 20);
}

static bool sleep_long(limn_call *call, bool polite, limn_error *err)
{
    call->host->progress(call, 1, 1000);
    call->host->log(call, LIMN_LOG_WARN, "it sleeps");
    while (!polite || !call->host->stopped(call))
        usleep(2000);
    return limn_fail(err, CANCELLED, "it was told to stop");
}

static bool be_rude(limn_error *err)
{
    memset(err, '!', sizeof *err); /* no text in it has an end */
    err->text[3] = '\033';
    return false;
}

static void tell(limn_call *call)
{
    static const uint8_t rgb[16 * 8 * 3] = { 255, 0, 0 };

    call->host->progress(call, 1, 2);
    call->host->preview(call, rgb, 16, 8);
    call->host->answer(call, "{\"text\": [\"hello\"]}");
}

static bool run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct how *a = (const struct how *)args;
    const char       *how = ways[a->how];
    pthread_t         t;

    if (!strcmp(how, "segv"))
        *nowhere = 1;
    if (!strcmp(how, "fpe"))
        raise(SIGFPE);
    if (!strcmp(how, "ill"))
        __builtin_trap();
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "exit"))
        exit(0);
    if (!strcmp(how, "overflow"))
        return deeper(0);
    if (!strcmp(how, "thread") && !pthread_create(&t, NULL, crash, NULL))
        pthread_join(t, NULL);
    if (!strcmp(how, "bad_host"))
        call->host->set_int((limn_value *)8, "x", 1);
    if (!strcmp(how, "sleep") || !strcmp(how, "polite"))
        return sleep_long(call, !strcmp(how, "polite"), err);
    if (!strcmp(how, "greedy"))
        be_greedy();
    if (!strcmp(how, "silent"))
        return false;
    if (!strcmp(how, "rude"))
        return be_rude(err);
    if (!strcmp(how, "nothing"))
        return true;
    out[0] = call->host->value(strcmp(how, "wrong_type") ? "INT" : "PALETTE");
    if (!strcmp(how, "half"))
        return limn_fail(err, INPUT, "it stopped half way");
    if (!strcmp(how, "log"))
        call->host->log(call, LIMN_LOG_WARN, "one\nline\033[0m");
    if (!strcmp(how, "tell"))
        tell(call);
    if (!strcmp(how, "slow"))
        usleep(90000);
    if (!strcmp(how, "babble"))
        call->host->answer(call, "{\"text\": [");
    out[1] = call->host->value("STRING");
    call->host->set_text(out[1], "value", how);
    return true;
}

static bool check(limn_call *call, const void *args, limn_error *err)
{
    (void)call, (void)err;
    return ((const struct how *)args)->how != 0 || (*nowhere = 1);
}

static const limn_node node = ZOO_NODE(.inputs = how_in, .outputs = two_out, .args_size = sizeof(struct how),
                                       .run = run);
static const limn_node checks = ZOO_NODE(.name = "Zoo_check", .inputs = how_in, .outputs = two_out,
                                         .args_size = sizeof(struct how), .run = run, .check = check);
ZOO_PLUGIN(&node, &checks);
