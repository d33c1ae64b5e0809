/* tokenizer_test.c: from text to tokens: what the reference made of many prompts (tests/parity/tokens.json),
 * and the corners it does not show. */
#include <jansson.h>

#include "nodes/models/bpe.h"
#include "nodes/models/clip_parts.h"
#include "nodes/models/clip_text.h"
#include "nodes/models/chunks.h"
#include "nodes/models/python_float.h"
#include "tests/test.h"

/* "320 2368" */
static const char *tokens(const char *text)
{
    static char out[4096];
    lm_ids      ids = { 0 };
    size_t      used = 0;

    *out = '\0';
    lm_bpe_encode(&ids, text, strlen(text));
    for (size_t i = 0; i < ids.n && used < sizeof out - 16; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, i ? " %d" : "%d", ids.at[i]);
    lm_ids_done(&ids);
    return out;
}

TEST(the_vectors_everyone_checks)
{
    WANT_TEXT(tokens("(Medieval astronomer using a telescope with a cosmic starry sky in the background),(sketch, "
                     "hand draw style, icon, uncomplicated background )"),
              "263 10789 40036 1996 320 19037 593 320 18304 30963 2390 530 518 5994 8 11 263 5269 267 2463 "
              "4001 1844 267 5646 267 569 16621 5994 264");
    WANT_TEXT(tokens("\xF0\x9F\x92\x90\xF0\x9F\x91\xA9\xF0\x9F\x92\x90"), "27375 18800 20554");
}

TEST(tokens_written_out_are_tokens)
{
    WANT_TEXT(tokens("a<|endoftext|>a"), "320 49407 320");
    WANT_TEXT(tokens("<|STARTOFTEXT|>"), "49406");
}

TEST(what_is_not_utf8_is_dropped)
{
    WANT_TEXT(tokens("a\xFF\xC3 cat\xE2\x82"), tokens("a cat"));
    WANT_TEXT(tokens("\xC0\x80\xED\xA0\x80"), "");
}

TEST(a_letter_and_its_accent_compose)
{
    char apart[64], together[64];

    snprintf(apart, sizeof apart, "%s", tokens("cafe\xCC\x81 \xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"));
    snprintf(together, sizeof together, "%s", tokens("caf\xC3\xA9 \xED\x95\x9C"));
    WANT(*apart);
    WANT_TEXT(apart, together);
}

TEST(a_word_of_a_million_letters_ends)
{
    const size_t n = 1000000;
    char        *word = malloc(n);
    lm_ids       ids = { 0 };

    for (size_t i = 0; i < n; i++)
        word[i] = (char)('a' + i * i % 7 * (i % 5) % 26);
    lm_bpe_encode(&ids, word, n);
    WANT(ids.n > n / 20 && ids.n < n);
    lm_ids_done(&ids);
    free(word);
}

/* ------------------------------------------------------------------ numbers and chunks */

static double number(const char *s)
{
    double x = 0.0;

    return lm_python_float(s, strlen(s), &x) ? x : -77.0;
}

TEST(a_weight_is_read_as_python_reads_it)
{
    WANT(number("1.3") == 1.3 && number(" 1.3\n") == 1.3 && number("+.5") == 0.5 && number("-2.") == -2.0);
    WANT(number("1e2") == 100.0 && number("1_0.2_5E-1") == 1.025);
    WANT(isinf(number("inf")) && number("-Infinity") < 0.0 && isnan(number("nan")));
    WANT(number("") == -77.0 && number(".") == -77.0 && number("1.3x") == -77.0 && number("0x10") == -77.0);
    WANT(number("1__0") == -77.0 && number("_1") == -77.0 && number("1_") == -77.0 && number("1e") == -77.0);
    WANT(number("\xD9\xA1.\xD9\xA5") == 1.5 && number("\xE3\x80\x80" "2\xC2\xA0") == 2.0);
    WANT(number("- 1") == -77.0 && number("infinit") == -77.0);
}

TEST(brackets_may_nest_without_end)
{
    enum { DEEP = 200000 };
    char     *text = malloc(2 * DEEP + 2);
    lm_chunks p;

    memset(text, '(', DEEP);
    text[DEEP] = 'a';
    memset(text + DEEP + 1, ')', DEEP);
    text[2 * DEEP + 1] = '\0';
    lm_chunks_read(&p, text, NULL, NULL);
    WANT(p.weighted && p.n % LM_CHUNK == 0);
    lm_chunks_done(&p);
    free(text);
}

/* An embedding of `n` vectors 4 wide for the name "n<digits>", or none. */
static lm_vectors vectors(void *self, const char *name)
{
    int        n, *asked = self;
    lm_vectors v = { 0 };

    ++*asked;
    if (sscanf(name, "n%d", &n) != 1 || strchr(name, ','))
        return v;
    v = (lm_vectors){ calloc((size_t)(4 * n), sizeof(float)), n, 4 };
    for (int i = 0; i < 4 * n; i++)
        v.at[i] = (float)(100 * n + i);
    return v;
}

/* "start 320 *0 *1 1.5:2368 end": vectors as *, weights in front when they are not 1, padding left out. */
static const char *places(const char *text)
{
    static char out[8192];
    lm_chunks   p;
    size_t      used = 0;
    int         asked = 0;

    lm_chunks_read(&p, text, vectors, &asked);
    *out = '\0';
    for (size_t i = 0; i < p.n; i++) {
        const lm_token *t = &p.at[i];
        char            weight[32] = "";

        if (t->id == LM_TOKEN_END)
            continue;
        if (t->weight != 1.0)
            snprintf(weight, sizeof weight, "%g:", t->weight);
        used += (size_t)snprintf(out + used, sizeof out - used, t->id == LM_TOKEN_START ? "| " : t->id < 0 ? "%s*%d " : "%s%d ",
                                 weight, t->id < 0 ? t->vector : t->id);
    }
    lm_chunks_done(&p);
    return out;
}

TEST(an_embedding_is_looked_up_where_a_word_begins)
{
    WANT_TEXT(places("a embedding:n2 cat"), "| 320 *0 *1 2368 ");
    WANT_TEXT(places("embedding:n1"), "| *0 ");
    WANT_TEXT(places("a\nembedding:n1, embedding:n2,"), "| 320 *0 267 *1 *2 267 ");
    WANT_TEXT(places("(cat embedding:n1:1.5)"), "| 1.5:2368 1.5:*0 ");
    WANT_TEXT(places("a embedding:none cat"), "| 320 2368 ");
    WANT_TEXT(places(" embedding:n1"), "| *0 ");
}

TEST(vectors_keep_their_numbers)
{
    lm_chunks    p;
    int          asked = 0;
    int64_t      width;
    const float *v;

    lm_chunks_read(&p, "embedding:n2 embedding:n3", vectors, &asked);
    v = lm_chunks_vector(&p, 3, &width);
    WANT(asked == 2 && p.n_found == 2 && width == 4 && v[0] == 304.0f);
    lm_chunks_done(&p);
}

TEST(a_long_embedding_is_cut_and_a_short_one_is_not)
{
    for (int n = 7; n <= 8; n++) {      /* behind a start and 70 cats there is room for five */
        lm_chunks p;
        int       asked = 0, first = 0;
        char      text[512] = "";

        for (int i = 0; i < 70; i++)
            strcat(text, "cat ");
        strcat(text, n == 7 ? "embedding:n7" : "embedding:n8");
        lm_chunks_read(&p, text, vectors, &asked);
        for (int i = 0; i < LM_CHUNK; i++)
            first += p.at[i].id < 0;
        WANT(p.n == 2 * LM_CHUNK && first == (n == 7 ? 0 : 5));
        lm_chunks_done(&p);
    }
}

/* ------------------------------------------------------------------ the reference's chunks */

/* Is chunk `i` of p what the row says?  [ids up to the first end, {weights by place}]. */
static bool same_chunk(const lm_chunks *p, size_t i, json_t *row)
{
    const lm_token *at = p->at + i * LM_CHUNK;
    json_t         *ids = json_array_get(row, 0), *weights = json_array_get(row, 1), *w;
    bool            same = true;

    for (int j = 0; j < LM_CHUNK; j++) {
        const json_int_t want = (size_t)j < json_array_size(ids) ? json_integer_value(json_array_get(ids, (size_t)j))
                                                                 : LM_TOKEN_END;
        char             key[8];
        double           weight = 1.0;

        snprintf(key, sizeof key, "%d", j);
        w = json_is_object(weights) ? json_object_get(weights, key) : json_array_get(weights, (size_t)j);
        if (json_is_string(w))
            weight = strtod(json_string_value(w), NULL);
        else if (json_is_number(w))
            weight = json_number_value(w);
        same = same && at[j].id == want && at[j].weight == weight;
    }
    return same;
}

/* The reference ran with an empty folder of embeddings. */
static lm_vectors no_vectors(void *self, const char *name)
{
    (void)self;
    (void)name;
    return (lm_vectors){ 0 };
}

TEST(prompts_become_the_chunks_on_record)
{
    json_t *all = json_load_file("tests/parity/tokens.json", JSON_ALLOW_NUL, NULL), *row;
    size_t  i, checked = 0;

    json_array_foreach(json_object_get(all, "prompts"), i, row) {
        const char *text = json_string_value(json_object_get(row, "text"));
        json_t     *chunks = json_object_get(row, "chunks");
        lm_chunks   p;
        bool        same;

        lm_chunks_read(&p, text, no_vectors, NULL);
        same = p.n == json_array_size(chunks) * LM_CHUNK;
        for (size_t j = 0; same && j < json_array_size(chunks); j++)
            same = same_chunk(&p, j, json_array_get(chunks, j));
        if (!same)
            printf("this prompt differs: %s\n", text);
        WANT(same);
        lm_chunks_done(&p);
        checked++;
    }
    WANT(checked > 50);
    json_decref(all);
}

TEST_MAIN
