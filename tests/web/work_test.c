/* work_test.c: a worker's jobs and checks from their texts to their ends: what is told, and what is too much to be told. */
#include "tests/web/work_office.h"
#include "web/work/work_parts.h"

enum { MANY = 4200 };

static void done(lm_wire *m)
{
    lm_wire_done(m);
}

/* ------------------------------------------------------------------ what is told */

TEST(what_ran_and_what_was_kept_is_told_in_order)
{
    static const char prompt[] = "{" DO("1", "Number", "\"value\":4") "," SHOWN("2", "1") "," SHOWN("3", "1") "}";
    static const char *const second[] = { "STARTED", "KEPT", "EXECUTED", "EXECUTED", "ENDED" };
    office  o;
    lm_wire m;

    office_prepare(&o);
    o.work.cache = lm_cache_new(1 << 20);
    office_open(&o);
    m = office_run(&o, 1, prompt);
    WANT(m.numbers[LM_END_HOW] == LM_END_SUCCESS && text_is_json(&m, LM_END_OUTPUTS) && text_is_json(&m, LM_END_META));
    WANT(text_has(&m, LM_END_OUTPUTS, "\"2\": {\"text\":[\"4\"]}, \"3\": {\"text\":[\"4\"]}"));
    done(&m);
    WANT(office_tell(&o, a_job(2, prompt)));
    for (int i = 0; i < 5; i++) { /* both answers are held until it is known what was kept */
        m = office_next(&o);
        WANT_TEXT(lm_wire_name(m.type), second[i]);
        WANT(m.type != LM_WIRE_KEPT || (text_is_json(&m, 0) && text_has(&m, 0, "\"1\"") && text_has(&m, 0, "\"3\"")));
        WANT(m.type != LM_WIRE_STARTED || m.numbers[1] == 3);
        done(&m);
    }
    office_close(&o);
    lm_cache_free(o.work.cache);
}

TEST(what_is_blocked_is_told_once_with_its_words)
{
    office  o;
    lm_wire m;

    office_prepare(&o);
    office_open(&o);
    WANT(office_tell(&o, a_job(1, "{" DO("1", "Blocker", "\"text\":\"not today\"") "," SHOWN("2", "1") "}")));
    m = office_until(&o, LM_WIRE_BLOCKED);
    WANT(text_has(&m, LM_WHO_NODE, "2") && text_has(&m, LM_WHO_MORE, "not today"));
    done(&m);
    m = office_until(&o, LM_WIRE_ENDED);
    WANT(m.numbers[LM_END_HOW] == LM_END_SUCCESS);
    done(&m);
    WANT(office_tell(&o, a_job(2, "{" DO("1", "Blocker", "") "," SHOWN("2", "1") "}")));
    m = office_until(&o, LM_WIRE_BLOCKED);
    WANT(!m.texts[LM_WHO_MORE].size);
    done(&m);
    m = office_until(&o, LM_WIRE_ENDED);
    done(&m);
    office_close(&o);
}

/* ------------------------------------------------------------------ how it failed */

/* The error of clients: by the code a class of exceptions, and what the node was given. */
TEST(a_node_that_fails_says_what_it_was_given)
{
    static const struct {
        int         code;
        const char *type;
    } codes[] = { { LIMN_INPUT, "\"ValueError\"" }, { LIMN_FILE, "\"OSError\"" },
                  { LIMN_MEMORY, "\"torch.OutOfMemoryError\"" }, { LIMN_BUG, "\"RuntimeError\"" } };
    office  o;
    lm_text prompt = { 0 };
    lm_wire m;

    office_prepare(&o);
    office_open(&o);
    for (int i = 0; i < 4; i++) {
        prompt.size = 0;
        lm_text_printf(&prompt, "{" DO("1", "Number", "\"value\":4") "," DO("2", "Fails", "\"number\":%d,\"link\":[\"1\",0]")
                       "," SHOWN("3", "2") "}", codes[i].code);
        m = office_run(&o, 1 + i, prompt.at);
        WANT(m.numbers[LM_END_HOW] == LM_END_FAILED && m.numbers[LM_END_CODE] == codes[i].code);
        WANT(text_is_json(&m, LM_END_ERROR) && text_has(&m, LM_END_ERROR, codes[i].type));
        WANT(text_has(&m, LM_END_ERROR, "\"link\": [\"INT\"]") && text_has(&m, LM_END_ERROR, "\"executed\": [\"1\"]"));
        WANT(text_has(&m, LM_END_NODE, "2") && text_has(&m, LM_END_CLASS, "Fails"));
        done(&m);
    }
    lm_text_done(&prompt);
    office_close(&o);
}

/* A text of 4 KiB is told, a longer one in part, and of a megabyte of inputs what fits. */
TEST(what_a_node_was_given_is_told_within_bounds)
{
    office  o;
    lm_text prompt = { 0 };
    lm_wire m;

    office_prepare(&o);
    office_open(&o);
    lm_text_printf(&prompt, "{" DO("2", "Fails", "\"number\":1,\"text\":\"%05000d\"") "," SHOWN("3", "2") "}", 0);
    m = office_run(&o, 1, prompt.at);
    WANT(text_is_json(&m, LM_END_ERROR) && m.texts[LM_END_ERROR].size < 4096 + 1000 && text_has(&m, LM_END_ERROR, "000000"));
    done(&m);
    prompt.size = 0;
    lm_text_puts(&prompt, "{\"2\":{\"class_type\":\"Fails\",\"inputs\":{\"number\":1");
    for (int i = 0; i < 400; i++) /* inputs that the node does not have travel along */
        lm_text_printf(&prompt, ",\"%05d\":\"%04000d\"", i, i);
    lm_text_puts(&prompt, "}}," SHOWN("3", "2") "}");
    m = office_run(&o, 2, prompt.at);
    WANT(m.numbers[LM_END_HOW] == LM_END_FAILED && text_is_json(&m, LM_END_ERROR));
    WANT(m.texts[LM_END_ERROR].size > 1 << 20 && m.texts[LM_END_ERROR].size < (1 << 20) + 8192);
    done(&m);
    lm_text_done(&prompt);
    office_close(&o);
}

/* ------------------------------------------------------------------ too much */

TEST(an_answer_that_is_too_large_is_left_out_and_the_others_are_told)
{
    office  o;
    lm_wire m;

    office_prepare(&o);
    office_open(&o);
    m = office_run(&o, 1, "{" DO("1", "Big", "\"number\":8388609") "," DO("2", "Big", "\"number\":8388608") ","
                          DO("3", "Big", "\"number\":8388000") "," DO("4", "Big", "\"number\":2") "}");
    WANT(m.numbers[LM_END_HOW] == LM_END_SUCCESS && text_is_json(&m, LM_END_OUTPUTS));
    WANT(!text_has(&m, LM_END_META, "\"1\"") && text_has(&m, LM_END_META, "\"2\"") && text_has(&m, LM_END_META, "\"4\""));
    done(&m);
    office_close(&o);
}

/* Thousands of outputs with ids of 4 KiB: what they gave, and who they are, is more than a frame may have; the job ends. */
static void many(lm_text *prompt, const char *last)
{
    prompt->size = 0;
    lm_text_puts(prompt, "{" DO("1", "Number", "\"value\":4"));
    for (int i = 0; i < MANY; i++)
        lm_text_printf(prompt, ",\"%04080d\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",0]}}", i);
    lm_text_printf(prompt, "%s}", last);
}

TEST(a_job_with_more_to_tell_than_can_be_told_ends_all_the_same)
{
    office  o;
    lm_text prompt = { 0 };
    lm_wire m;

    office_prepare(&o);
    o.work.env.jobs = 1;
    office_open(&o);
    many(&prompt, "");
    m = office_run(&o, 1, prompt.at);
    WANT(m.type == LM_WIRE_ENDED && m.numbers[LM_END_HOW] == LM_END_SUCCESS);
    WANT(text_is_json(&m, LM_END_OUTPUTS) && text_is_json(&m, LM_END_META));
    done(&m);
    many(&prompt, "," DO("z", "Fails", "\"number\":1,\"link\":[\"1\",0]") "," SHOWN("zz", "z"));
    m = office_run(&o, 2, prompt.at);
    WANT(m.type == LM_WIRE_ENDED && m.numbers[LM_END_HOW] == LM_END_FAILED && text_is_json(&m, LM_END_ERROR));
    done(&m);
    lm_text_done(&prompt);
    office_close(&o);
}

/* ------------------------------------------------------------------ what cannot be run */

TEST(an_order_that_is_none_is_refused_with_a_sentence)
{
    static const char fine[] = "{" DO("1", "Number", "\"value\":4") "," SHOWN("2", "1") "}";
    office  o;
    lm_text id = { 0 };
    char   *extra = lm_alloc(LM_JSON_MAX_BYTES + 1);
    lm_wire orders[4];
    static const char *const words[] = { "a node's id has 4097 bytes", "the outputs that are asked for are no list", "targets",
                                         "at most 33554432 are allowed" };

    office_prepare(&o);
    office_open(&o);
    lm_text_printf(&id, "{\"%04097d\":{\"class_type\":\"Big\",\"inputs\":{\"number\":2}}}", 0);
    memset(extra, ' ', LM_JSON_MAX_BYTES);
    for (int i = 0; i < 4; i++)
        orders[i] = a_job(1 + i, i ? fine : id.at);
    orders[1].texts[2] = lm_wire_say("{\"2\": 1}");
    orders[2].texts[2] = lm_wire_say("[\"2\"");
    orders[3].texts[1] = (lm_wire_text){ extra, LM_JSON_MAX_BYTES };
    for (int i = 0; i < 4; i++) {
        lm_wire m;

        WANT(office_tell(&o, orders[i]));
        m = office_until(&o, LM_WIRE_ENDED);
        WANT(m.numbers[LM_END_HOW] == LM_END_REFUSED && text_is_json(&m, LM_END_ERROR));
        WANT(i == 2 || text_has(&m, LM_END_WORDS, words[i]));
        done(&m);
        orders[i].type = LM_WIRE_CHECK; /* a check says the same */
        orders[i].epoch = 0;
        orders[i].numbers[1] = 0;
        WANT(office_tell(&o, orders[i]));
        m = office_until(&o, LM_WIRE_CHECKED);
        WANT(m.numbers[0] == LM_CHECKED_NO_WORKFLOW && text_is_json(&m, 0) && (i == 2 || text_has(&m, 0, words[i])));
        done(&m);
    }
    orders[1].texts[2] = lm_wire_say("[17, \"2\"]"); /* what is no id is passed over */
    WANT(office_tell(&o, orders[1]));
    orders[1] = office_until(&o, LM_WIRE_CHECKED);
    WANT(orders[1].numbers[0] == LM_CHECKED_RUNS);
    done(&orders[1]);
    lm_text_done(&id);
    lm_free(extra);
    office_close(&o);
}

TEST_MAIN
