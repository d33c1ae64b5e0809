/* worker_test.c: a loop with a real `limn work` behind the wall: jobs, checks, stops, crashes, silence. */
#include "tests/web/worker_jobs.h"

/* ------------------------------------------------------------------ jobs */

TEST(a_job_is_told_in_order_and_ends_with_its_outputs)
{
    static const char *const order[] = { "STARTED", "KEPT", "RUNNING", "EXECUTED", "RUNNING", "EXECUTED", "ENDED" };
    bench                    b;
    const heard             *h;
    int                      from;

    open_bench(&b, NULL);
    WANT(b.readies == 1);
    WANT(is_json(text_of(bench_find(&b, LM_WIRE_NODES, 0), 0)));
    WANT(strstr(text_of(bench_find(&b, LM_WIRE_NODES, 0), 0), "\"KSampler\": {\"input\""));
    from = b.n;
    send_job(&b, 3, EMPTY("255"));
    WANT(!lm_worker_is_free(b.worker));
    WANT(bench_until(&b, has_ended));
    WANT(lm_worker_is_free(b.worker));
    WANT(b.n - from == 7);
    for (int i = 0; i < 7 && from + i < b.n; i++) {
        WANT_TEXT(lm_wire_name(b.all[from + i].type), order[i]);
        WANT(b.all[from + i].job == 3);
    }
    WANT_TEXT(text_of(bench_find(&b, LM_WIRE_KEPT, 0), 0), "[]");
    h = bench_find(&b, LM_WIRE_EXECUTED, 1);
    WANT_TEXT(text_of(h, LM_WHO_NODE), "2");
    WANT_TEXT(text_of(h, LM_WHO_CLASS), "SaveImage");
    WANT(is_json(text_of(h, LM_WHO_MORE)) && strstr(text_of(h, LM_WHO_MORE), "e_00001_.png"));
    h = bench_find(&b, LM_WIRE_ENDED, 0);
    WANT(number_of(h, LM_END_HOW) == LM_END_SUCCESS);
    WANT(is_json(text_of(h, LM_END_OUTPUTS)) && !strncmp(text_of(h, LM_END_OUTPUTS), "{\"2\": {\"images\"", 15));
    WANT_TEXT(text_of(h, LM_END_META), "{\"2\": {\"node_id\": \"2\", \"display_node\": \"2\", \"parent_node\": null, "
                                       "\"real_node_id\": \"2\"}}");
    bench_done(&b);
    WANT(b.end.why == LM_WORKER_LEFT && b.end.status == 0);
}

TEST(the_same_job_again_is_told_as_kept_before_its_answers)
{
    bench        b;
    const heard *h;
    int          from;

    open_bench(&b, NULL);
    send_job(&b, 1, EMPTY("255"));
    WANT(bench_until(&b, has_ended));
    from = b.n;
    send_job(&b, 2, EMPTY("255"));
    WANT(bench_until(&b, has_ended_twice));
    WANT(b.n - from == 4);
    WANT(b.all[from].type == LM_WIRE_STARTED && b.all[from].numbers[1] == 2);
    h = bench_find(&b, LM_WIRE_KEPT, 1);
    WANT(h == &b.all[from + 1] && strstr(text_of(h, 0), "\"1\"") && strstr(text_of(h, 0), "\"2\""));
    WANT(b.all[from + 2].type == LM_WIRE_EXECUTED && strstr(text_of(&b.all[from + 2], LM_WHO_MORE), "images"));
    WANT(strstr(text_of(bench_find(&b, LM_WIRE_ENDED, 1), LM_END_OUTPUTS), "e_00001_.png"));
    lm_worker_free(b.worker, LM_WIRE_RESULTS | LM_WIRE_MODELS);
    lm_worker_ask(b.worker, LM_WIRE_WANT_NODES | LM_WIRE_WANT_STATS);
    WANT(bench_until(&b, is_asked));
    WANT(number_of(bench_find(&b, LM_WIRE_NODES, 1), 0) == 0);
    WANT_TEXT(text_of(bench_find(&b, LM_WIRE_NODES, 1), 0), "");
    WANT(number_of(bench_find(&b, LM_WIRE_STATS, 0), LM_STAT_RESULTS) == 0);
    WANT(number_of(bench_find(&b, LM_WIRE_STATS, 0), LM_STAT_HITS) > 0);
    bench_done(&b);
}

TEST(a_prompt_that_cannot_run_is_refused_with_its_faults)
{
    bench        b;
    const heard *h;

    open_bench(&b, NULL);
    send_job(&b, 1, EMPTY("-1"));
    WANT(bench_until(&b, has_ended));
    h = bench_find(&b, LM_WIRE_ENDED, 0);
    WANT(number_of(h, LM_END_HOW) == LM_END_REFUSED && is_json(text_of(h, LM_END_ERROR)));
    WANT(strstr(text_of(h, LM_END_ERROR), "value_smaller_than_min"));
    WANT(!bench_find(&b, LM_WIRE_STARTED, 0));
    send_job(&b, 2, "not json");
    WANT(bench_until(&b, has_ended_twice));
    h = bench_find(&b, LM_WIRE_ENDED, 1);
    WANT(number_of(h, LM_END_HOW) == LM_END_REFUSED && is_json(text_of(h, LM_END_ERROR)));
    bench_done(&b);
}

TEST(a_check_answers_as_comfyui_does)
{
    static const char want[] =
        "{\"error\": {\"type\": \"prompt_outputs_failed_validation\", \"message\": \"Prompt outputs failed validation\", "
        "\"details\": \"\", \"extra_info\": {}}, \"node_errors\": {\"1\": {\"errors\": [{\"type\": "
        "\"value_smaller_than_min\", \"message\": \"Value -1 smaller than min of 0\", \"details\": \"color\", "
        "\"extra_info\": {\"input_name\": \"color\", \"input_config\": [\"INT\"";
    static const char rest[] = "\"received_value\": -1}}], \"dependent_outputs\": [\"2\"], \"class_type\": "
                               "\"EmptyImage\"}}, \"outputs\": [], \"sentences\": [\"node 1 (EmptyImage), color: ";
    static const char *const only_checks[] = { LIMN_PROGRAM, "work", "--base", ".", "--no-plugins", "--only-checks", NULL };
    bench             b;
    const heard      *h;

    open_bench(&b, only_checks);
    send_check(&b, 5, EMPTY("-1"));
    WANT(bench_until(&b, is_checked));
    h = bench_find(&b, LM_WIRE_CHECKED, 0);
    WANT(h && h->job == 5 && h->numbers[0] == 0 && h->numbers[1] == 1);
    WANT(is_json(text_of(h, 0)));
    WANT(!strncmp(text_of(h, 0), want, strlen(want)));
    WANT(strstr(text_of(h, 0), rest));
    WANT(lm_worker_checks(b.worker) == 0);
    send_job(&b, 6, EMPTY("0")); /* not its affair */
    WANT(bench_until(&b, has_ended));
    WANT(number_of(bench_find(&b, LM_WIRE_ENDED, 0), LM_END_HOW) == LM_END_FAILED);
    bench_done(&b);
}

/* ------------------------------------------------------------------ stops */

static void stop_wrong_then_right(bench *b, const lm_wire *m)
{
    if (m->type != LM_WIRE_PROGRESS)
        return;
    if (m->numbers[0] == 3) {
        const lm_wire wrong = { .type = LM_WIRE_STOP, .job = 4, .epoch = 41 };
        char          bytes[LM_WIRE_HEAD];
        limn_error    err = { 0 };
        size_t        size;
        char         *frame = lm_wire_write(&wrong, &size, &err);

        memcpy(bytes, frame, sizeof bytes); /* past the keeper, which would not let it through */
        lm_free(frame);
        lm_worker_stop(b->worker, 5, 40);
        WANT(uv_try_write((uv_stream_t *)&b->worker->wire, &(uv_buf_t){ bytes, sizeof bytes }, 1) > 0);
    }
    if (m->numbers[0] == 40)
        lm_worker_stop(b->worker, 4, 40);
}

TEST(a_stop_ends_the_sampler_and_one_for_another_job_does_not)
{
    bench        b;
    const heard *h;

    bench_init(&b, NULL);
    b.on_heard = stop_wrong_then_right;
    bench_start(&b);
    WANT(bench_until(&b, is_ready));
    send_job(&b, 4, SAMPLER("10000"));
    WANT(bench_until(&b, has_ended));
    h = bench_find(&b, LM_WIRE_ENDED, 0);
    WANT(number_of(h, LM_END_HOW) == LM_END_INTERRUPTED);
    WANT_TEXT(text_of(h, LM_END_NODE), "5");
    WANT_TEXT(text_of(h, LM_END_CLASS), "KSampler");
    WANT(!strncmp(text_of(h, LM_END_ERROR), "{\"node_id\": \"5\", \"node_type\": \"KSampler\", \"executed\": [", 55));
    WANT(bench_count(&b, LM_WIRE_PROGRESS) >= 40 && bench_count(&b, LM_WIRE_PROGRESS) < 2000);
    WANT(bench_find(&b, LM_WIRE_PREVIEW, 0) && !memcmp(text_of(bench_find(&b, LM_WIRE_PREVIEW, 0), LM_WHO_MORE), "\xff\xd8\xff", 3));
    WANT(number_of(bench_find(&b, LM_WIRE_PREVIEW, 0), 0) == 64);
    send_job(&b, 6, EMPTY("1")); /* the stop was for the other one */
    WANT(bench_until(&b, has_ended_twice));
    WANT(number_of(bench_find(&b, LM_WIRE_ENDED, 1), LM_END_HOW) == LM_END_SUCCESS);
    bench_done(&b);
}

static void stop_sleeper(bench *b, const lm_wire *m)
{
    if (m->type == LM_WIRE_RUNNING)
        lm_worker_stop(b->worker, 1, 10);
}

TEST(a_node_that_does_not_hear_the_stop_is_ended_with_its_worker)
{
    bench b;

    bench_init(&b, with_zoo);
    b.o.stop_ms = 300;
    b.on_heard = stop_sleeper;
    bench_start(&b);
    WANT(bench_until(&b, is_ready));
    send_job(&b, 1, ZOO_NODE_RUNS("sleep"));
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_LATE && b.end.job == 1 && b.end.epoch == 10 && b.end.signal == SIGKILL);
    WANT_TEXT(b.end.node, "1");
    WANT_TEXT(b.end.node_class, "Zoo_in_run");
    bench_done(&b);
}

TEST(a_job_that_says_nothing_is_ended)
{
    bench b;

    bench_init(&b, with_zoo);
    b.o.hang_ms = 300;
    bench_start(&b);
    WANT(bench_until(&b, is_ready));
    send_job(&b, 1, ZOO_NODE_RUNS("polite"));
    WANT(bench_until(&b, has_died));
    WANT(b.end.why == LM_WORKER_SILENT && b.end.job == 1);
    bench_done(&b);
}

/* ------------------------------------------------------------------ faults and deaths */

TEST(a_node_that_fails_is_told_in_the_words_of_clients)
{
    bench        b;
    const heard *h;

    open_bench(&b, with_zoo);
    send_job(&b, 1, ZOO_NODE_RUNS("half"));
    WANT(bench_until(&b, has_ended));
    h = bench_find(&b, LM_WIRE_ENDED, 0);
    WANT(number_of(h, LM_END_HOW) == LM_END_FAILED && number_of(h, LM_END_CODE) == LIMN_INPUT);
    WANT_TEXT(text_of(h, LM_END_WORDS), "node 1 (Zoo_in_run): it stopped half way");
    WANT_TEXT(text_of(h, LM_END_ERROR),
              "{\"node_id\": \"1\", \"node_type\": \"Zoo_in_run\", \"executed\": [], \"exception_message\": "
              "\"it stopped half way\\n\", \"exception_type\": \"ValueError\", \"traceback\": [\"limn: node 1 (Zoo_in_run): "
              "it stopped half way\\n\"], \"current_inputs\": {\"how\": [\"half\"]}, \"current_outputs\": []}");
    bench_done(&b);
}

TEST(a_crash_names_node_and_plugin_and_the_next_worker_runs_the_next_job)
{
    bench b;

    open_bench(&b, with_zoo);
    send_job(&b, 8, ZOO_NODE_RUNS("segv"));
    WANT(bench_until(&b, is_back));
    WANT(b.end.why == LM_WORKER_DIED && b.end.status == 7 && b.end.job == 8 && b.end.epoch == 80);
    WANT_TEXT(b.end.node, "1");
    WANT_TEXT(b.end.node_class, "Zoo_in_run");
    WANT_TEXT(b.end.plugin, "org.example.in_run");
    WANT(strstr(b.end.sentence, "crashed in run: signal 11 (SIGSEGV"));
    WANT(b.readies == 2);
    send_job(&b, 9, EMPTY("3"));
    WANT(bench_until(&b, has_ended));
    WANT(number_of(bench_find(&b, LM_WIRE_ENDED, 0), LM_END_HOW) == LM_END_SUCCESS);
    bench_done(&b);
}

TEST(a_worker_that_is_killed_costs_its_job_and_no_other)
{
    bench b;

    open_bench(&b, NULL);
    send_job(&b, 1, SAMPLER("10000"));
    WANT(bench_until(&b, runs));
    kill(lm_worker_pid(b.worker), SIGKILL);
    WANT(bench_until(&b, is_back));
    WANT(b.end.why == LM_WORKER_DIED && b.end.signal == SIGKILL && b.end.job == 1);
    WANT_TEXT(b.end.node, "5");
    WANT(strstr(b.end.sentence, "signal 9") && strstr(b.end.sentence, "node 5 (KSampler)"));
    WANT(lm_worker_is_free(b.worker));
    bench_done(&b);
}

TEST_MAIN
