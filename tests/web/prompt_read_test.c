/* prompt_read_test.c: what a posted prompt is read into, and what becomes of bytes that are none; pieces of JSON. */
#include "core/base/alloc.h"
#include "tests/test.h"
#include "tests/web/chance.h"
#include "web/server/members.h"
#include "web/server/prompt_parts.h"

static const char body[] =
    "{\"prompt\": {\"1\": {\"class_type\": \"A\", \"inputs\": {\"seed\": 18446744073709551615, \"x\": 1.50}}}, "
    "\"client_id\": \"c\", \"prompt_id\": \"p\", \"number\": -2.5, \"front\": true, \"partial_execution_targets\": [\"1\"], "
    "\"extra_data\": {\"client_id\": \"other\", \"api_key_comfy_org\": \"secret\", \"create_time\": 1, "
    "\"extra_pnginfo\": {\"workflow\": {\"id\": \"w\"}}}}";

static lm_posted read_text(const char *text, const char *source)
{
    lm_posted p = { 0 };

    lm_posted_read(&p, lm_slice_of(text), lm_slice_of(source));
    return p;
}

TEST(every_member_is_read_and_numbers_stay_as_they_are_spelled)
{
    lm_posted p = read_text(body, "a tool");
    lm_text   extra = { 0 };

    WANT(!p.fault);
    WANT_TEXT(lm_text_str(&p.prompt),
              "{\"1\":{\"class_type\":\"A\",\"inputs\":{\"seed\":18446744073709551615,\"x\":1.50}}}");
    WANT_TEXT(p.client, "c");
    WANT_TEXT(p.id, "p");
    WANT(p.numbered && p.number == -2.5 && p.front);
    WANT_TEXT(lm_text_str(&p.targets), "[\"1\"]");
    WANT(strstr(lm_text_str(&p.extra), "\"client_id\":\"c\"") && !strstr(lm_text_str(&p.extra), "other"));
    WANT(strstr(lm_text_str(&p.extra), "\"comfy_usage_source\":\"a tool\""));
    WANT(!strstr(lm_text_str(&p.extra), "secret") && !strstr(lm_text_str(&p.extra), "\"create_time\":1}"));
    lm_posted_extra(&p, &extra);
    WANT(!strncmp(extra.at, "{\"api_key_comfy_org\":\"secret\",\"extra_pnginfo\"", 45));
    lm_text_done(&extra);
    lm_posted_done(&p);
}

TEST(what_the_runner_looks_for_stands_in_front)
{
    static const char begin[] = "{\"preview_method\":\"none\",\"limn\":{\"uid\":\"u\"},\"a\":1,\"b\":2,";
    lm_posted p = read_text("{\"prompt\":{},\"extra_data\":{\"a\":1,\"limn\":{\"uid\":\"u\"},\"b\":2,\"preview_method\":\"none\"}}", "");

    WANT(!p.fault && !strncmp(lm_text_str(&p.extra), begin, sizeof begin - 1));
    lm_posted_done(&p);
}

TEST(what_stands_late_is_not_looked_for)
{
    static const char tail[] = "\",\"limn\":\"1\"}", member[] = "{\"limn\":\"1\",\"filler\":\"";
    const size_t      n = LM_MEMBERS_EARLY + 100;
    char             *text = malloc(n);

    for (size_t filler = LM_MEMBERS_EARLY - 40; filler < LM_MEMBERS_EARLY + 40; filler++) {
        memset(text, 'x', n);
        memcpy(text, "{\"f\":\"", 6);
        memcpy(text + filler, tail, sizeof tail - 1);
        const lm_slice object = { text, filler + sizeof tail - 1 }, found = lm_members_early(object, "limn");

        WANT(lm_slice_is(found, "\"1\"") == (filler + sizeof tail - 2 < LM_MEMBERS_EARLY) && (!found.n || found.n == 3));
    }
    memset(text, 'x', n);
    memcpy(text, member, sizeof member - 1);
    WANT(lm_slice_is(lm_members_early((lm_slice){ text, n }, "limn"), "\"1\""));
    WANT(!lm_members_early((lm_slice){ text, n }, "filler").n); /* cut in two */
    free(text);
}

TEST(little_is_enough)
{
    lm_posted p = read_text("{\"prompt\":{},\"prompt_id\":null,\"client_id\":\"\",\"extra_data\":null}", "");

    WANT(!p.fault && !p.id && !p.client && !p.numbered && !p.front && !p.targets.size);
    WANT_TEXT(lm_text_str(&p.prompt), "{}");
    lm_posted_done(&p);
}

/* Whatever stands there, it is read or refused with a type and a sentence. */
TEST(bytes_of_any_kind_are_read_or_refused)
{
    static const char odd[] = "{}[]\",:\\0e+-.N\x80\xff\0 tun";
    int               refused = 0;

    for (uint32_t seed = 1; seed <= 20000; seed++) {
        chance    c = { seed };
        size_t    n = sizeof body - 1;
        char     *mine = lm_copy_bytes(body, n);
        lm_posted p = { 0 };

        for (int k = 1 + chance_below(&c, 4); k; k--)
            mine[chance_below(&c, (int)n)] = odd[chance_below(&c, (int)sizeof odd - 1)];
        if (chance_below(&c, 4) == 0)
            n = (size_t)chance_below(&c, (int)n);
        lm_posted_read(&p, (lm_slice){ mine, n }, (lm_slice){ 0 });
        refused += p.fault != NULL;
        if (p.fault ? !*p.err.text : !p.prompt.size || !p.extra.size)
            WANT(false);
        lm_posted_done(&p);
        lm_free(mine);
    }
    WANT(refused > 10000 && refused < 20000);
}

/* ------------------------------------------------------------------ members.h */

/* Of all lengths, since what stands behind the last of a list is memory of somebody else only for some. */
TEST(a_list_where_nodes_belong_is_no_prompt)
{
    for (int n = 0; n < 300; n++) {
        lm_posted p = { .checked_only = true };
        lm_text   text = { 0 };

        lm_text_puts(&text, "{\"1\":{\"class_type\":\"A\"},\"prompt\":[0");
        for (int i = 0; i < n; i++)
            lm_text_puts(&text, ",0");
        lm_text_puts(&text, "]}");
        lm_posted_read(&p, lm_slice_of(text.at), lm_slice_of(""));
        WANT(!p.fault); /* the body itself is the workflow */
        lm_posted_done(&p);
        lm_text_done(&text);
    }
}

TEST(members_are_found_where_they_stand)
{
    const lm_slice text = lm_slice_of(" { \"a\" : [1, {\"b\": \"}\\\"\"}] , \"b\":\"x,y\",\"c\":-1.5e3, \"d\": {} }");

    WANT(lm_slice_is(lm_members_get(text, "a"), "[1, {\"b\": \"}\\\"\"}]"));
    WANT(lm_slice_is(lm_members_get(text, "b"), "\"x,y\""));
    WANT(lm_slice_is(lm_members_get(text, "c"), "-1.5e3"));
    WANT(lm_slice_is(lm_members_get(text, "d"), "{}"));
    WANT(!lm_members_get(text, "e").n && !lm_members_get((lm_slice){ 0 }, "a").n);
    WANT(lm_slice_is(lm_members_inside(lm_members_get(text, "b")), "x,y"));
}

/* Each piece has memory of its own, so that one byte beyond it would be noticed. */
TEST(nothing_beyond_a_text_is_read)
{
    for (size_t n = 0; n < sizeof body; n++) {
        char    *mine = lm_alloc(n ? n : 1);
        lm_slice key, value;

        memcpy(mine, body, n);
        for (lm_members m = lm_members_of((lm_slice){ mine, n }); lm_members_next(&m, &key, &value);)
            WANT(value.at + value.n <= mine + n && key.at + key.n <= mine + n);
        lm_free(mine);
    }
}

TEST_MAIN
