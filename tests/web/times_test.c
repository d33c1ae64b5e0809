/* times_test.c: how long nodes took, by class; and what short listings show of a job that ended. */
#include "core/base/alloc.h"
#include "tests/test.h"
#include "web/server/runner.h"
#include "web/server/times.h"

static bool has(const lm_text *t, const char *line)
{
    const char *at = strstr(lm_text_str(t), line);

    return at && (at == t->at || at[-1] == '\n');
}

static int lines_with(const lm_text *t, const char *word)
{
    int n = 0;

    for (const char *at = lm_text_str(t); (at = strstr(at, word)); at++)
        n++;
    return n;
}

TEST(nodes_fall_into_buckets_and_steps_have_speeds)
{
    lm_times *t = lm_times_new();
    lm_text   out = { 0 };

    lm_times_node(t, "KSampler", 5000000);        /* 5 ms */
    lm_times_node(t, "KSampler", 2000000000);     /* 2 s */
    lm_times_node(t, "KSampler", 5000000000000);  /* 5000 s */
    lm_times_steps(t, "KSampler", 3, 1500000000); /* two a second */
    lm_times_steps(t, "KSampler", 1, 250000000);  /* four */
    lm_times_steps(t, "KSampler", 0, 1);
    lm_times_steps(t, "KSampler", -4, 1);
    lm_times_write(t, &out);
    WANT(has(&out, "limn_node_seconds_bucket{class=\"KSampler\",le=\"0.01\"} 1\n"));
    WANT(has(&out, "limn_node_seconds_bucket{class=\"KSampler\",le=\"1\"} 1\n"));
    WANT(has(&out, "limn_node_seconds_bucket{class=\"KSampler\",le=\"10\"} 2\n"));
    WANT(has(&out, "limn_node_seconds_bucket{class=\"KSampler\",le=\"1000\"} 2\n"));
    WANT(has(&out, "limn_node_seconds_bucket{class=\"KSampler\",le=\"+Inf\"} 3\n"));
    WANT(has(&out, "limn_node_seconds_sum{class=\"KSampler\"} 5002.005000\n"));
    WANT(has(&out, "limn_node_seconds_count{class=\"KSampler\"} 3\n"));
    WANT(has(&out, "limn_steps_total{class=\"KSampler\"} 4\n"));
    WANT(has(&out, "limn_steps_seconds_total{class=\"KSampler\"} 1.750000\n"));
    WANT(has(&out, "limn_steps_per_second_sum 6.000000\n") && has(&out, "limn_steps_per_second_count 2\n"));
    WANT(!strstr(out.at, "other"));
    lm_text_done(&out);
    lm_times_write(NULL, &out);
    WANT(!out.size);
    lm_times_free(t);
    lm_times_free(NULL);
}

/* A plugin may bring any number of classes, of any name. */
TEST(names_are_bounded_and_cannot_break_the_format)
{
    static const char *const odd[] = { "a\"b", "a\\b", "a\nb", "\x01\x7f", "\xff\xfe", "", "h\xc3\xbc" };
    lm_times *t = lm_times_new();
    lm_text   out = { 0 };
    char      name[600];

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        lm_times_node(t, odd[i], 1);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    lm_times_node(t, name, 1);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "class %d", i);
        lm_times_node(t, name, 1);
        lm_times_steps(t, name, 1, 1000);
    }
    lm_times_write(t, &out);
    WANT(lines_with(&out, "limn_node_seconds_count{") == LM_TIMES_CLASSES + 1);
    WANT(lines_with(&out, "limn_steps_total{") <= LM_TIMES_CLASSES + 1);
    WANT(has(&out, "limn_node_seconds_count{class=\"other\"} "));
    WANT(has(&out, "limn_node_seconds_count{class=\"a?b\"} 3\n") && has(&out, "limn_node_seconds_count{class=\"h\xc3\xbc\"} 1\n"));
    WANT(lm_utf8_well(out.at, out.size) && out.size < 200000);
    for (const char *at = out.at; *at; at = strchr(at, '\n') + 1)
        WANT(*at == '#' || !strncmp(at, "limn_", 5));
    lm_text_done(&out);
    lm_times_free(t);
}

/* ------------------------------------------------------------------ lm_summary_write */

static bool summary_says(const char *outputs, const char *what)
{
    lm_text out = { 0 };
    bool    well;

    lm_summary_write(&out, 1, 2, outputs, strlen(outputs), NULL, 0, NULL);
    well = strstr(lm_text_str(&out), what) != NULL;
    if (!well)
        printf("%s\n", lm_text_str(&out));
    lm_text_done(&out);
    return well;
}

#define FILE_OF(more) "{\"2\": {\"images\": [{\"filename\": \"a.png\"" more "}]}}"

static bool sender_says(const char *extra, const char *what)
{
    lm_text out = { 0 };
    bool    well;

    lm_summary_sender(&out, extra, strlen(extra));
    well = !strcmp(lm_text_str(&out), what);
    if (!well)
        printf("%s\n", lm_text_str(&out));
    lm_text_done(&out);
    return well;
}

TEST(a_job_names_the_document_that_sent_it)
{
    char long_name[900];

    WANT(sender_says("{\"limn\": {\"name\": \"por\\\"trait\", \"uid\": \"u-1\", \"outputs\": [\"9\"], \"seed\": \"7\"}}",
                     "{\"uid\": \"u-1\", \"name\": \"por\\\"trait\", \"seed\": \"7\"}"));
    WANT(sender_says("{\"limn\": {\"name\": 7, \"seed\": \"18446744073709551615\"}}", "{\"seed\": \"18446744073709551615\"}"));
    WANT(sender_says("{\"limn\": {\"name\": {\"uid\": \"x\"}}}", ""));
    WANT(sender_says("{\"limn\": []}", ""));
    WANT(sender_says("{\"client_id\": \"c\"}", ""));
    WANT(sender_says("", ""));
    snprintf(long_name, sizeof long_name, "{\"limn\": {\"name\": \"%0600d\"}}", 1);
    WANT(sender_says(long_name, ""));
}

TEST(what_is_shown_of_a_job_has_a_type)
{
    static const char bare[] = "\"outputs_count\": 1, \"previewable_outputs_count\": 1}";

    WANT(summary_says(FILE_OF(""), bare));
    WANT(summary_says(FILE_OF(", \"type\": 7"), bare));
    WANT(summary_says(FILE_OF(", \"type\": null"), bare));
    WANT(summary_says(FILE_OF(", \"type\": \"temp\""), "\"preview_output\": {\"filename\": \"a.png\", \"type\": \"temp\", "
                                                       "\"nodeId\": \"2\", \"mediaType\": \"images\"}"));
    WANT(summary_says("{\"1\": {\"images\": [{\"filename\": \"a.png\"}]}, \"2\": {\"text\": [\"words\"]}}",
                      "\"preview_output\": {\"type\": \"output\", \"content\": \"words\""));
    WANT(summary_says("{\"1\": {\"images\": [{\"filename\": \"a.png\"}, {\"filename\": \"b.png\", \"type\": \"output\"}]}}",
                      "\"preview_output\": {\"filename\": \"b.png\""));
}
TEST_MAIN
