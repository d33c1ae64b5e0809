/* json_test.c: the reader and writer of workflow text. */
#include "core/graph/json.h"

#include "core/base/alloc.h"
#include "tests/test.h"

static lm_json *read_text(const char *text)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(text, strlen(text), &err);

    if (!d)
        printf("    %s\n", err.text);
    return d;
}

/* The sentence with which a text is refused. */
static const char *refusal(const char *text, size_t size)
{
    static limn_error err;
    lm_json          *d;

    err = (limn_error){ 0 };
    d = lm_json_read(text, size, &err);
    if (!d && err.code != LIMN_FILE)
        return "refused without FILE";
    lm_json_free(d);
    return d ? "it was read" : err.text;
}

#define REFUSED(text, why) WANT_TEXT(refusal("" text, sizeof text - 1), why)

/* What comes back after reading and writing; lives until the next call. */
static const char *round_trip(const char *text, unsigned style)
{
    static lm_text out;
    lm_json       *d = read_text(text);

    lm_text_done(&out);
    if (d)
        lm_json_write(d, lm_json_root(d), style, &out);
    lm_json_free(d);
    return lm_text_str(&out);
}

/* ------------------------------------------------------------------ reading and writing */

TEST(order_spelling_and_unknown_keys_come_back_as_they_were)
{
    const char *text = "{\"z\":1.50,\"a\":-0,\"seed\":18446744073709551615,\"m\":[1e3,1E+3,0.10],"
                       "\"10\":{},\"2\":[],\"?\":null,\"t\":true,\"f\":false,\"\":\"\"}";

    WANT_TEXT(round_trip(text, LM_JSON_COMPACT), text);
}

TEST(python_s_spaces_come_back_as_they_were)
{
    const char *text = "{\"3\": {\"inputs\": {\"seed\": 5, \"m\": [\"4\", 0]}, \"class_type\": \"K\"}, \"e\": {}}";

    WANT_TEXT(round_trip(text, LM_JSON_SPACES | LM_JSON_ASCII), text);
}

TEST(space_between_values_may_be_any_of_four)
{
    WANT_TEXT(round_trip(" \t\r\n{ \"a\" :\n1 ,\r\"b\"\t: [ 1 , 2 ] } \n", 0), "{\"a\":1,\"b\":[1,2]}");
}

TEST(a_byte_order_mark_is_no_part_of_the_text)
{
    WANT_TEXT(round_trip("\xef\xbb\xbf[1]", 0), "[1]");
    REFUSED("\xef\xbb\xbf x", "line 1, column 2: a value is expected here");
}

TEST(scalars_alone_are_documents)
{
    WANT_TEXT(round_trip("7", 0), "7");
    WANT_TEXT(round_trip("\"x\"", 0), "\"x\"");
    WANT_TEXT(round_trip("null", 0), "null");
}

TEST(escapes_are_decoded_and_written_the_short_way)
{
    lm_json    *d = read_text("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u4e2d\\ud83d\\ude00\\u0000x\"]");
    size_t      size;
    const char *text = lm_json_string(d, lm_json_at(d, lm_json_root(d), 0), &size);
    const char  want[] = "\"\\/\b\f\n\r\tA\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\0x";

    WANT(size == sizeof want - 1 && !memcmp(text, want, sizeof want));
    lm_json_free(d);
    WANT_TEXT(round_trip("[\"\\u0022\\u005c\\/\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u007f\"]", 0),
              "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\"]");
}

TEST(ascii_style_escapes_what_is_not_ascii)
{
    WANT_TEXT(round_trip("[\"é中😀\x7f\"]", LM_JSON_ASCII), "[\"\\u00e9\\u4e2d\\ud83d\\ude00\\u007f\"]");
    WANT_TEXT(round_trip("[\"é中😀\"]", 0), "[\"é中😀\"]");
}

TEST(half_a_surrogate_pair_survives)
{
    WANT_TEXT(round_trip("[\"\\ud800\",\"\\udc00x\",\"\\ud800\\u0041\",\"\\ud83d\\ud83d\\ude00\"]", 0),
              "[\"\\ud800\",\"\\udc00x\",\"\\ud800A\",\"\\ud83d😀\"]");
}

TEST(a_string_for_c_code_has_no_nul_and_no_half_pairs)
{
    lm_json    *d = read_text("[\"a\\u0000b\\ud800c\\ud7ff\",\"plain 중\",5]");
    lm_json_ref root = lm_json_root(d);

    WANT_TEXT(lm_json_c_string(d, lm_json_at(d, root, 0)), "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xed\x9f\xbf");
    WANT_TEXT(lm_json_c_string(d, lm_json_at(d, root, 1)), "plain 중");
    WANT(!lm_json_c_string(d, lm_json_at(d, root, 2)));
    lm_json_free(d);
}

TEST(strings_of_every_length_end_where_they_end)
{
    char text[80], want[80];

    for (int n = 0; n < 64; n++) {
        lm_json *d;
        size_t   size;

        memset(want, 'a' + n % 26, 64);
        snprintf(text, sizeof text, "\"%.*s\"", n, want);
        d = read_text(text);
        WANT(lm_json_string(d, lm_json_root(d), &size) && size == (size_t)n &&
             !memcmp(lm_json_string(d, lm_json_root(d), NULL), want, size) &&
             !lm_json_string(d, lm_json_root(d), NULL)[n]);
        lm_json_free(d);
    }
}

TEST(nan_and_infinity_are_read_and_written_as_null)
{
    lm_json *d = read_text("[NaN,Infinity,-Infinity]");
    double   x;

    WANT(lm_json_to_double(d, lm_json_at(d, lm_json_root(d), 0), &x) && isnan(x));
    WANT(lm_json_to_double(d, lm_json_at(d, lm_json_root(d), 1), &x) && x == INFINITY);
    WANT(lm_json_to_double(d, lm_json_at(d, lm_json_root(d), 2), &x) && x == -INFINITY);
    WANT(!lm_json_is_integer(d, lm_json_at(d, lm_json_root(d), 0)));
    lm_json_free(d);
    WANT_TEXT(round_trip("[NaN,Infinity,-Infinity]", 0), "[null,null,null]");
}

/* ------------------------------------------------------------------ looking up */

TEST(look_ups_chain_and_absent_is_an_answer)
{
    lm_json    *d = read_text("{\"a\":{\"b\":[10,20,[30]]},\"c\":1}");
    lm_json_ref root = lm_json_root(d), list = lm_json_get(d, lm_json_get(d, root, "a"), "b");
    int64_t     x;

    WANT(lm_json_count(d, root) == 2 && lm_json_count(d, list) == 3);
    WANT(lm_json_to_int(d, lm_json_at(d, list, 1), &x) && x == 20);
    WANT(lm_json_to_int(d, lm_json_at(d, lm_json_at(d, list, 2), 0), &x) && x == 30);
    WANT(!lm_json_at(d, list, 3) && !lm_json_at(d, root, 0) && !lm_json_get(d, list, "b"));
    WANT(!lm_json_get(d, lm_json_get(d, lm_json_get(d, root, "no"), "such"), "thing"));
    WANT(lm_json_kind_of(d, 0) == LM_JSON_ABSENT && !lm_json_first(d, 0) && !lm_json_value(d, 0));
    WANT(!lm_json_to_int(d, root, &x) && !lm_json_string(d, root, NULL) && !lm_json_number(d, root, NULL));
    lm_json_free(d);
}

TEST(only_an_object_has_keys)
{
    lm_json    *d = read_text("{\"a\":1}");
    lm_json_ref key = lm_json_first_key(d, lm_json_root(d));

    WANT(lm_json_is(d, key, "a") && lm_json_kind_of(d, lm_json_value(d, key)) == LM_JSON_NUMBER);
    WANT(!lm_json_next(d, key) && !lm_json_first_key(d, lm_json_value(d, key)) && !lm_json_first_key(d, 0));
    lm_json_free(d);
    for (const char *const *text = (const char *const[]){ "[1,2]", "[[\"a\"]]", "\"a\"", "{}", "null", NULL }; *text; text++) {
        d = read_text(*text);
        WANT(!lm_json_first_key(d, lm_json_root(d)) && !lm_json_get(d, lm_json_root(d), "a"));
        lm_json_free(d);
    }
}

TEST(a_text_is_just_itself)
{
    lm_json *d = read_text("[\"ab\",\"a\\u0000\",\"\",12,[1,2],null]");
    size_t   n = 7;

    WANT(lm_json_is(d, lm_json_at(d, 1, 0), "ab") && !lm_json_is(d, lm_json_at(d, 1, 0), "a") &&
         !lm_json_is(d, lm_json_at(d, 1, 0), "abc"));
    WANT(!lm_json_is(d, lm_json_at(d, 1, 1), "a") && lm_json_is(d, lm_json_at(d, 1, 2), ""));
    for (uint32_t i = 3; i <= 6; i++) {
        WANT(!lm_json_is(d, lm_json_at(d, 1, i), "12") && !lm_json_is(d, lm_json_at(d, 1, i), ""));
        WANT(!lm_json_string(d, lm_json_at(d, 1, i), &n) && n == 0);
        n = 7;
    }
    WANT(!lm_json_number(d, lm_json_at(d, 1, 0), &n) && n == 0 && lm_json_number(d, lm_json_at(d, 1, 3), &n) && n == 2);
    lm_json_free(d);
}

struct number {
    const char *text;
    bool        is_int, is_uint, integer;
    int64_t     i;
    uint64_t    u;
    double      f;
};

static const struct number numbers[] = {
    { "0",                     true,  true,  true,  0, 0, 0.0 },
    { "-0",                    true,  true,  true,  0, 0, -0.0 },
    { "-1",                    true,  false, true,  -1, 0, -1.0 },
    { "3.0",                   true,  true,  false, 3, 3, 3.0 },
    { "3e2",                   true,  true,  false, 300, 300, 300.0 },
    { "1200e-2",               true,  true,  false, 12, 12, 12.0 },
    { "0.5e1",                 true,  true,  false, 5, 5, 5.0 },
    { "3.5",                   false, false, false, 0, 0, 3.5 },
    { "0.1",                   false, false, false, 0, 0, 0.1 },
    { "123456789.125",         false, false, false, 0, 0, 123456789.125 },
    { "9007199254740993",      true,  true,  true,  9007199254740993, 9007199254740993u, 9007199254740992.0 },
    { "9007199254740993.0",    true,  true,  false, 9007199254740993, 9007199254740993u, 9007199254740992.0 },
    { "9223372036854775807",   true,  true,  true,  INT64_MAX, INT64_MAX, 0x1p63 },
    { "9223372036854775808",   false, true,  true,  0, 9223372036854775808u, 0x1p63 },
    { "-9223372036854775808",  true,  false, true,  INT64_MIN, 0, -0x1p63 },
    { "-9223372036854775809",  false, false, true,  0, 0, -0x1p63 },
    { "18446744073709551615",  false, true,  true,  0, UINT64_MAX, 0x1p64 },
    { "18446744073709551616",  false, false, true,  0, 0, 0x1p64 },
    { "1e400",                 false, false, false, 0, 0, INFINITY },
    { "-1e400",                false, false, false, 0, 0, -INFINITY },
    { "1e-400",                false, false, false, 0, 0, 0.0 },
    { "1e999999999999999999",  false, false, false, 0, 0, INFINITY },
    { "0e999999999999999999",  true,  true,  false, 0, 0, 0.0 },
    { "0.000e5",               true,  true,  false, 0, 0, 0.0 },
    { "2.2250738585072011e-308", false, false, false, 0, 0, 2.2250738585072011e-308 },
    { "1.7976931348623157e308",  false, false, false, 0, 0, 1.7976931348623157e308 },
    { "0.00000000000000000000000000000000000000000001", false, false, false, 0, 0, 1e-44 },
    { "100000000000000000000000000000000000000000000", false, false, true, 0, 0, 1e44 },
};

TEST(numbers_read_exactly_or_not_at_all)
{
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        const struct number *n = &numbers[k];
        lm_json             *d = read_text(n->text);
        lm_json_ref          v = lm_json_root(d);
        int64_t              i = 0;
        uint64_t             u = 0;
        double               f = 0;
        const bool           ok = lm_json_to_int(d, v, &i) == n->is_int && i == n->i &&
                                  lm_json_to_uint(d, v, &u) == n->is_uint && u == n->u &&
                                  lm_json_to_double(d, v, &f) && f == n->f && signbit(f) == signbit(n->f) &&
                                  lm_json_is_integer(d, v) == n->integer;

        WANT(ok);
        if (!ok)
            printf("    %s: %lld %llu %a\n", n->text, (long long)i, (unsigned long long)u, f);
        WANT_TEXT(round_trip(n->text, 0), n->text);
        lm_json_free(d);
    }
}

TEST(doubles_are_those_of_strtod)
{
    char     text[64];
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        lm_json *d;
        double   x;

        seed = seed * 1664525 + 1013904223;
        snprintf(text, sizeof text, "%u.%ue%d", seed >> 8, (seed >> 4) % 100000, (int)(seed >> 20) % 60 - 30);
        d = lm_json_read(text, strlen(text), NULL);
        WANT(d && lm_json_to_double(d, lm_json_root(d), &x) && x == strtod(text, NULL));
        lm_json_free(d);
    }
}

/* ------------------------------------------------------------------ refusing */

TEST(what_is_not_json_is_refused_with_its_place)
{
    REFUSED("", "line 1, column 1: the text ends in the middle");
    REFUSED("   ", "line 1, column 4: the text ends in the middle");
    REFUSED("{", "line 1, column 2: the text ends in the middle");
    REFUSED("{\"a\":1,}", "line 1, column 8: a key in double quotes is expected here");
    REFUSED("[1,]", "line 1, column 4: a value is expected here");
    REFUSED("[1 2]", "line 1, column 4: a comma or ] is expected here");
    REFUSED("{\"a\" 1}", "line 1, column 6: a colon is expected here");
    REFUSED("{\"a\":1 \"b\":2}", "line 1, column 8: a comma or } is expected here");
    REFUSED("{a:1}", "line 1, column 2: a key in double quotes is expected here");
    REFUSED("{'a':1}", "line 1, column 2: a key in double quotes is expected here");
    REFUSED("[1}", "line 1, column 3: a comma or ] is expected here");
    REFUSED("1 2", "line 1, column 3: the value ended before this");
    REFUSED("[1]x", "line 1, column 4: the value ended before this");
    REFUSED("\n\n  tru", "line 3, column 3: a value is expected here");
    REFUSED("{\n  \"é\": \"中\", \"b\" x}", "line 2, column 17: a colon is expected here");
}

TEST(what_is_not_a_number_is_refused)
{
    REFUSED("01", "line 1, column 2: a number does not begin with 0");
    REFUSED("-", "line 1, column 2: the text ends in the middle");
    REFUSED("-x", "line 1, column 2: a digit is expected here");
    REFUSED("1.", "line 1, column 3: the text ends in the middle");
    REFUSED("[1.]", "line 1, column 4: a digit is expected here");
    REFUSED("[1e]", "line 1, column 4: a digit is expected here");
    REFUSED("[1e+]", "line 1, column 5: a digit is expected here");
    REFUSED("[.5]", "line 1, column 2: a value is expected here");
    REFUSED("[+5]", "line 1, column 2: a value is expected here");
    REFUSED("[0x10]", "line 1, column 3: a comma or ] is expected here");
    REFUSED("[-Inf]", "line 1, column 2: a value is expected here");
}

TEST(what_is_not_a_string_is_refused)
{
    REFUSED("\"abc", "line 1, column 5: the text ends in the middle");
    REFUSED("\"a\nb\"", "line 1, column 3: a control character in a string must be written as an escape");
    REFUSED("\"a\0b\"", "line 1, column 3: a control character in a string must be written as an escape");
    REFUSED("\"\\x\"", "line 1, column 2: this is no escape that JSON has");
    REFUSED("\"\\", "line 1, column 2: this is no escape that JSON has");
    REFUSED("\"\\u12g4\"", "line 1, column 2: \\u needs four hexadecimal digits");
    REFUSED("\"\\u12\"", "line 1, column 2: \\u needs four hexadecimal digits");
    REFUSED("[1,\0]", "line 1, column 4: a value is expected here");
}

TEST(what_is_not_utf8_is_refused)
{
    static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20",
                                       "\xe0\x9f\xbf", "\xe4\xb8", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe",
                                       "\xf0\x9f\x98" };
    char                     text[16];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "\"ab%s\"", bad[i]);
        WANT_TEXT(refusal(text, strlen(text)), "line 1, column 4: these bytes are not UTF-8");
    }
    WANT_TEXT(round_trip("[\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbe\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]", 0),
              "[\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbe\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]");
}

static char *nested(int depth)
{
    char *text = lm_alloc(2 * (size_t)depth + 1);

    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    return text;
}

TEST(values_nest_a_hundred_deep_and_no_deeper)
{
    char *text = nested(100);

    WANT_TEXT(round_trip(text, 0), text);
    lm_free(text);
    text = nested(101);
    WANT_TEXT(refusal(text, 202), "line 1, column 101: values are nested more than 100 deep");
    lm_free(text);
    text = nested(1000000);
    WANT_TEXT(refusal(text, 1000000), "line 1, column 101: values are nested more than 100 deep");
    lm_free(text);
}

TEST(a_text_beyond_the_limit_is_refused_unread)
{
    char *text = lm_alloc(LM_JSON_MAX_BYTES + 1);

    WANT(strstr(refusal(text, LM_JSON_MAX_BYTES + 1), "too large"));
    lm_free(text);
}

TEST(more_values_than_the_limit_are_refused)
{
    const size_t size = 2 * LM_JSON_MAX_NODES + 8;
    char        *text = lm_alloc(size);

    for (size_t i = 0; i < size; i += 2)
        memcpy(text + i, i ? ",1" : "[1", 2);
    WANT(strstr(refusal(text, size), "more than 8388608 values"));
    lm_free(text);
}

TEST(a_key_may_not_appear_twice)
{
    REFUSED("{\"a\":1,\"a\":2}", "line 1, column 8: the key \"a\" appears twice in one object");
    REFUSED("{\"a\":1,\n \"\\u0061\":2}", "line 2, column 2: the key \"a\" appears twice in one object");
    REFUSED("{\"\":1,\"b\":[{\"x\":1,\"x\":2}]}", "line 1, column 19: the key \"x\" appears twice in one object");
    REFUSED("{\"\":1,\"\":1}", "line 1, column 7: the key \"\" appears twice in one object");
    WANT_TEXT(round_trip("{\"ab\":{\"ab\":1},\"ba\":{\"ab\":1},\"a\\u0000\":1,\"a\":2}", 0),
              "{\"ab\":{\"ab\":1},\"ba\":{\"ab\":1},\"a\\u0000\":1,\"a\":2}");
}

static char *many_keys(int n, int again)
{
    lm_text text = { 0 };

    for (int i = 0; i < n; i++)
        lm_text_printf(&text, "%s\"%d\":[%d]", i ? "," : "{", i, i);
    if (again >= 0)
        lm_text_printf(&text, ",\"%d\":0", again);
    lm_text_puts(&text, "}");
    return lm_text_take(&text);
}

TEST(a_key_may_not_appear_twice_among_many)
{
    for (int n = 20; n < 200; n += 13) {
        char *good = many_keys(n, -1), *bad = many_keys(n, n / 2), want[80];

        snprintf(want, sizeof want, "the key \"%d\" appears twice in one object", n / 2);
        WANT_TEXT(refusal(good, strlen(good)), "it was read");
        WANT(strstr(refusal(bad, strlen(bad)), want));
        lm_free(good);
        lm_free(bad);
    }
}

TEST(a_hundred_thousand_keys_are_found)
{
    char    *text = many_keys(100000, -1);
    lm_json *d = read_text(text);
    int64_t  x;

    WANT(lm_json_count(d, lm_json_root(d)) == 100000);
    WANT(lm_json_to_int(d, lm_json_at(d, lm_json_get(d, lm_json_root(d), "77777"), 0), &x) && x == 77777);
    lm_json_free(d);
    lm_free(text);
}

/* A text cut short anywhere is refused, or is a number that got shorter; never read past its end. */
TEST(a_text_may_be_cut_anywhere)
{
    static const char text[] = "{\"a\":[1.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\\n\xc3\xa9\"],\"b\":{\"c\":-1}}";

    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a byte too far */

        memcpy(exact, text, n);
        WANT(strcmp(refusal(exact, n), "it was read"));
        free(exact);
    }
    WANT_TEXT(refusal(text, sizeof text - 1), "it was read");
}

/* ------------------------------------------------------------------ editing */

static bool set(lm_json *d, lm_json_ref object, const char *key, const char *json)
{
    limn_error err = { 0 };
    const bool ok = lm_json_set(d, object, key, json, strlen(json), &err);

    if (!ok)
        printf("    %s\n", err.text);
    return ok;
}

static void wants(const lm_json *d, const char *want)
{
    lm_text out = { 0 };

    lm_json_write(d, lm_json_root(d), LM_JSON_COMPACT, &out);
    WANT_TEXT(lm_text_str(&out), want);
    lm_text_done(&out);
}

TEST(a_value_can_be_replaced_by_any_other)
{
    lm_json    *d = read_text("{\"a\":1,\"b\":[\"4\",0],\"c\":{\"x\":1}}");
    lm_json_ref root = lm_json_root(d);

    WANT(set(d, root, "a", "18446744073709551615") && set(d, root, "b", "\"te\\u0301xt\""));
    wants(d, "{\"a\":18446744073709551615,\"b\":\"te\xcc\x81xt\",\"c\":{\"x\":1}}");
    WANT(set(d, root, "a", "[1,[2,{\"k\":null}]]") && set(d, lm_json_get(d, root, "c"), "x", "true"));
    wants(d, "{\"a\":[1,[2,{\"k\":null}]],\"b\":\"te\xcc\x81xt\",\"c\":{\"x\":true}}");
    WANT(set(d, root, "a", "{}") && set(d, lm_json_get(d, root, "a"), "n", "1"));
    WANT(set(d, lm_json_get(d, root, "a"), "m", "2") && set(d, lm_json_get(d, root, "a"), "n", "3"));
    wants(d, "{\"a\":{\"n\":3,\"m\":2},\"b\":\"te\xcc\x81xt\",\"c\":{\"x\":true}}");
    lm_json_free(d);
}

TEST(a_new_key_goes_to_the_end)
{
    lm_json *d = read_text("{\"a\":{},\"b\":[{},1]}");

    WANT(set(d, lm_json_root(d), "c", "3") && set(d, lm_json_root(d), "d", "[4]"));
    WANT(set(d, lm_json_get(d, lm_json_root(d), "a"), "x", "1"));
    WANT(set(d, lm_json_at(d, lm_json_get(d, lm_json_root(d), "b"), 0), "y", "2"));
    wants(d, "{\"a\":{\"x\":1},\"b\":[{\"y\":2},1],\"c\":3,\"d\":[4]}");
    WANT(lm_json_count(d, lm_json_root(d)) == 4);
    lm_json_free(d);
    d = read_text("{}");
    WANT(set(d, lm_json_root(d), "first", "1") && set(d, lm_json_root(d), "second", "2"));
    wants(d, "{\"first\":1,\"second\":2}");
    lm_json_free(d);
}

TEST(a_string_is_set_as_it_is)
{
    lm_json   *d = read_text("{\"a\":1}");
    limn_error err = { 0 };

    WANT(lm_json_set_string(d, lm_json_root(d), "a", "say \"hi\"\n[1]", 12, &err));
    WANT(lm_json_set_string(d, lm_json_root(d), "b", "", 0, &err));
    wants(d, "{\"a\":\"say \\\"hi\\\"\\n[1]\",\"b\":\"\"}");
    lm_json_free(d);
}

TEST(a_value_that_is_not_json_changes_nothing)
{
    lm_json   *d = read_text("{\"a\":1}");
    limn_error err = { 0 };

    WANT(!lm_json_set(d, lm_json_root(d), "a", "[1,", 3, &err));
    WANT_TEXT(err.text, "line 1, column 4: the text ends in the middle");
    WANT(!lm_json_set(d, lm_json_root(d), "b", "x", 1, NULL));
    wants(d, "{\"a\":1}");
    lm_json_free(d);
}

TEST(texts_that_were_lent_stay_when_others_are_set)
{
    lm_json    *d = read_text("{\"a\":\"keep\",\"b\":1}");
    const char *lent = lm_json_string(d, lm_json_get(d, lm_json_root(d), "a"), NULL);
    char        key[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "k%d", i);
        WANT(set(d, lm_json_root(d), key, "[1,2,3]"));
    }
    WANT(set(d, lm_json_root(d), "a", "2"));
    WANT_TEXT(lent, "keep");
    lm_json_free(d);
}

TEST_MAIN
