/* ticks.c: a node that tells when each of its steps ended, so that bench_server.py can say how late clients hear of them. It
 * is built by the bench. */
#include <limn/limn.h>

#include <time.h>

enum { EVERY_MS = 80, SIDE = 512 }; /* more than the server's own pause between two tellings */
#define DAY_US INT64_C(86400000000)

struct ticks {
    int64_t steps, seed;
    bool    shows;
};
#define LIMN_ARGS struct ticks
static const limn_input ticks_in[] = {
    LIMN_INT(steps, 100, 1, 100000, 1, "How many."), LIMN_INT(seed, 0, 0, 1000000, 1, "Another one is another job."),
    LIMN_BOOL(shows, true, "With previews."), LIMN_END
};
#undef LIMN_ARGS
static const limn_output ticks_out[] = { LIMN_OUT("INT", "INT", "How many."), LIMN_OUT_END };

static uint8_t picture[SIDE * SIDE * 3];

/* Microseconds of a day: a step's value is when it ended. */
static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec % 86400 * 1000000 + t.tv_nsec / 1000;
}

static bool ticks_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct ticks *a = (const struct ticks *)args;

    (void)err;
    for (int64_t i = 0; i < a->steps && !call->host->stopped(call); i++) {
        for (int64_t k = 0; k < SIDE * SIDE * 3; k++)
            picture[k] = (uint8_t)((k ^ i) * 7 + (k >> 9));
        nanosleep(&(struct timespec){ 0, EVERY_MS * 1000000 }, NULL);
        call->host->progress(call, now_us(), DAY_US);
        if (a->shows)
            call->host->preview(call, picture, SIDE, SIDE);
    }
    out[0] = call->host->value("INT");
    call->host->set_int(out[0], "value", a->steps);
    return true;
}

static const limn_node ticks = LIMN_NODE(.name = "Ticks", .title = "Ticks", .category = "bench", .version = 1,
                                         .doc = "Steps that tell when they ended.", .inputs = ticks_in,
                                         .outputs = ticks_out, .args_size = sizeof(struct ticks), .run = ticks_run);
static const limn_node *const all[] = { &ticks, NULL };
LIMN_PLUGIN(.id = "org.example.ticks", .name = "Ticks", .version = "1.0", .doc = "For a bench.", .nodes = all);
