/* worker_trouble_test.c: workers and servers that do not keep to it: who would get out, does not listen, speaks garbage. */
#include "tests/web/worker_jobs.h"

/* ------------------------------------------------------------------ those who would get out */

/* The kernel's word on a process: "Seccomp:\t2\n"; "" where it has no filters. */
static const char *status_line(int pid, const char *name, char line[256])
{
    char  path[64];
    FILE *f;
    bool  found = false;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    f = fopen(path, "r");
    while (f && !found && fgets(line, 256, f))
        found = !strncmp(line, name, strlen(name));
    if (f)
        fclose(f);
    return found ? line : "";
}

static void tries(bench *b, int64_t id, const char *how, const char *want)
{
    char prompt[256];

    snprintf(prompt, sizeof prompt, "{\"1\":{\"class_type\":\"Zoo_escapes\",\"inputs\":{\"how\":\"%s\"}},"
             "\"2\":{\"class_type\":\"PreviewAny\",\"inputs\":{\"source\":[\"1\",0]}}}", how);
    send_job(b, id, prompt);
    WANT(bench_until(b, id == 1 ? has_ended : has_ended_twice));
    WANT_TEXT(text_of(bench_find(b, LM_WIRE_ENDED, (int)id - 1), LM_END_WORDS), want);
}

TEST(a_node_runs_no_program_and_opens_no_connection)
{
    static const char *const with_escapes[] = { LIMN_PROGRAM, "work", "--base", ".", "--output", "", "--precision", "f32",
                                                "--plugin", LIMN_ESCAPES, NULL };
    char                     line[256];
    bench                    b;

    open_bench(&b, with_escapes);
    WANT_TEXT(status_line(lm_worker_pid(b.worker), "NoNewPrivs:", line), "NoNewPrivs:\t1\n");
    if (*status_line(lm_worker_pid(b.worker), "Seccomp:", line)) {
        WANT_TEXT(line, "Seccomp:\t2\n");
        tries(&b, 1, "exec", "node 1 (Zoo_escapes): exec: Operation not permitted");
        tries(&b, 2, "connect", "node 1 (Zoo_escapes): connect: Operation not permitted");
    } else {
        printf("    this kernel filters no calls: exec and connect were not tried\n");
    }
    WANT(!b.ends);
    bench_done(&b);
}

/* ------------------------------------------------------------------ those who do not listen */

/* What a node tells a server that does not read waits at the node, and not in memory. */
TEST(a_server_that_does_not_read_makes_the_worker_wait)
{
    bench  b;
    int    told;

    open_bench(&b, NULL);
    send_job(&b, 1, SAMPLER("300"));
    WANT(bench_until(&b, is_running));
    lm_worker_hold(b.worker, true);
    for (int i = 0; i < 20; i++) { /* 0.4 s, in which the loop does all but read */
        uv_run(&b.loop, UV_RUN_NOWAIT);
        usleep(20000);
    }
    told = b.n;
    uv_run(&b.loop, UV_RUN_NOWAIT);
    WANT(b.n == told);
    lm_worker_hold(b.worker, false);
    WANT(bench_until(&b, has_ended));
    WANT(number_of(bench_find(&b, LM_WIRE_ENDED, 0), LM_END_HOW) == LM_END_SUCCESS);
    WANT(bench_count(&b, LM_WIRE_PROGRESS) == 300); /* none was lost */
    bench_done(&b);
}

TEST(a_worker_dies_with_its_server)
{
    int   pair[2], status = -1;
    pid_t child;

    WANT(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    child = fork();
    if (!child) {
        dup2(pair[1], 3);
        for (int fd = 4; fd < 64; fd++)
            close(fd);
        execl(LIMN_PROGRAM, LIMN_PROGRAM, "work", "--socket", "3", "--base", ".", "--no-plugins", "--precision", "f32", NULL);
        _exit(99);
    }
    close(pair[1]);
    WANT(recv(pair[0], &status, 1, 0) == 1); /* it lives */
    close(pair[0]);
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ------------------------------------------------------------------ garbage */

TEST(a_worker_that_speaks_garbage_is_ended_and_rests_longer_and_longer)
{
    static const char *const babble[] = { "/bin/sh", "-c", "echo garbage, much more than a head of a frame >&3; sleep 60", NULL };
    bench                    b;

    bench_init(&b, babble);
    bench_start(&b);
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_BROKEN && b.end.signal == SIGKILL && !b.end.job);
    WANT(strstr(b.end.sentence, "breaks the protocol"));
    bench_done(&b);
}

/* Lines of at most 1,023 bytes, without what would move a terminal; what has no end of line is said at the end. */
TEST(what_a_worker_says_to_people_comes_in_clean_lines)
{
    static const char *const talks[] = {
        "/bin/sh", "-c", "printf 'a\\001b\\177c\\n\\n%02000d\\nd\\000e\\nlast' 0 >&2; exit 3", NULL
    };
    bench   b;
    lm_text want = { 0 };

    lm_text_printf(&want, "a b c\n%01023d\n%0977d\nd e\nlast\n", 0, 0);
    bench_init(&b, talks);
    bench_start(&b);
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_DIED && b.end.status == 3 && !strncmp(b.said.at, want.at, want.size));
    WANT(strstr(b.end.sentence, ": last"));
    lm_text_done(&want);
    bench_done(&b);
}

TEST(a_program_that_is_not_there_is_told)
{
    static const char *const none[] = { "/nowhere/limn", "work", NULL };
    bench                    b;

    bench_init(&b, none);
    bench_start(&b);
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_UNBORN && strstr(b.end.sentence, "no such file"));
    WANT(!strstr(b.end.sentence, "/nowhere")); /* clients hear it */
    bench_done(&b);
}

/* ------------------------------------------------------------------ a system that has no more of something */

enum { NONE, PAIR, PIPE, SPAWN, READ, WRITE };
static int failing, times;

static bool fails(int what)
{
    return failing == what && times && times--;
}

#define WRAP(what, name, parameters, arguments)                       \
    int __real_##name parameters;                                     \
    int __wrap_##name parameters;                                     \
    int __wrap_##name parameters                                      \
    {                                                                 \
        return fails(what) ? UV_EMFILE : __real_##name arguments;     \
    }

WRAP(PAIR, uv_socketpair, (int type, int protocol, uv_os_sock_t s[2], int a, int b), (type, protocol, s, a, b))
WRAP(PIPE, uv_pipe_open, (uv_pipe_t *p, uv_file fd), (p, fd))
WRAP(READ, uv_read_start, (uv_stream_t *s, uv_alloc_cb room, uv_read_cb read), (s, room, read))
WRAP(WRITE, uv_write, (uv_write_t *w, uv_stream_t *s, const uv_buf_t b[], unsigned n, uv_write_cb done),
     (w, s, b, n, done))

/* The handle is to be closed, whatever became of it. */
int __real_uv_spawn(uv_loop_t *l, uv_process_t *p, const uv_process_options_t *o);
int __wrap_uv_spawn(uv_loop_t *l, uv_process_t *p, const uv_process_options_t *o);
int __wrap_uv_spawn(uv_loop_t *l, uv_process_t *p, const uv_process_options_t *o)
{
    uv_process_options_t other = *o;

    if (fails(SPAWN))
        other.file = "/nowhere/at/all";
    return __real_uv_spawn(l, p, &other);
}

static bool is_there(const bench *b) { return b->readies > 0; }

TEST(where_a_worker_cannot_be_started_another_start_is_tried)
{
    for (int what = PAIR; what <= READ; what++) {
        bench b;

        bench_init(&b, NULL);
        failing = what;
        times = 3;
        bench_start(&b);
        WANT(bench_until(&b, is_there));
        WANT(b.ends >= 2 && b.ends <= 3 && b.end.why == LM_WORKER_UNBORN && *b.end.sentence);
        WANT(!times && lm_worker_is_free(b.worker));
        bench_done(&b);
    }
    failing = NONE;
}

TEST(a_word_that_cannot_be_sent_is_told_and_ends_nothing)
{
    bench      b;
    limn_error err = { 0 };
    lm_wire    check = { .type = LM_WIRE_CHECK, .job = 1, .texts = { { "{}", 2 }, { "{}", 2 }, { "", 0 } } };

    open_bench(&b, NULL);
    failing = WRITE;
    times = 1;
    WANT(!lm_worker_check(b.worker, &check, &err) && *err.text && !lm_worker_checks(b.worker));
    failing = NONE;
    WANT(lm_worker_check(b.worker, &check, &err) && lm_worker_checks(b.worker) == 1 && !b.ends);
    bench_done(&b);
}

static bool has_died_thrice(const bench *b) { return b->ends >= 3; }

TEST(a_program_that_says_nothing_is_ended)
{
    static const char *const silent[] = { "/bin/sh", "-c", "sleep 60", NULL };
    bench                    b;

    bench_init(&b, silent);
    b.o.start_ms = 50;
    bench_start(&b);
    WANT(bench_until(&b, has_died_thrice));
    WANT(b.end.why == LM_WORKER_SILENT && !b.readies && *b.end.sentence);
    bench_done(&b);
}

TEST(a_worker_that_hears_garbage_leaves_with_a_sentence)
{
    bench b;
    char  garbage[64];

    memset(garbage, 'x', sizeof garbage);
    open_bench(&b, NULL);
    WANT(uv_try_write((uv_stream_t *)&b.worker->wire, &(uv_buf_t){ garbage, sizeof garbage }, 1) > 0);
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_DIED && b.end.status == 70);
    WANT(strstr(b.end.sentence, "breaks the protocol"));
    bench_done(&b);
}

TEST_MAIN
