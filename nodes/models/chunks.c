/* chunks.c: from a prompt to chunks of weighted tokens. */
#include "nodes/models/chunks.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "nodes/models/bpe.h"
#include "nodes/models/clip_parts.h"
#include "nodes/models/clip_text.h"
#include "nodes/models/python_float.h"

enum { MAX_DEPTH = 1000, UNCUT = 8 };

/* Escaped brackets while a prompt is taken apart: a NUL, which no prompt holds, and one of these. */
enum { ESCAPED_CLOSE = 1, ESCAPED_OPEN = 2 };

static const char embedding[] = "embedding:";
enum { EMBEDDING_LEN = sizeof embedding - 1 };

/* ------------------------------------------------------------------ groups of tokens, and chunks */

/* What a prompt is read into. */
typedef struct reader {
    lm_chunks       *out;
    lm_find_vectors *find;
    void            *self;
    size_t           used; /* places taken in the open chunk */
    int32_t          n_vectors;
} reader;

static void place(reader *r, lm_token t)
{
    lm_chunks *p = r->out;

    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : LM_CHUNK;
        p->at = lm_grow(p->at, p->room * sizeof *p->at);
    }
    p->at[p->n++] = t;
    p->weighted = p->weighted || t.weight != 1.0;
    r->used++;
}

static void open_chunk(reader *r)
{
    r->used = 0;
    place(r, (lm_token){ .id = LM_TOKEN_START, .weight = 1.0 });
}

static void close_chunk(reader *r)
{
    while (r->used < LM_CHUNK)
        place(r, (lm_token){ .id = LM_TOKEN_END, .weight = 1.0 });
}

/* Puts n tokens that belong together; token i is ids[i], or vector first_vector + i. */
static void put_group(reader *r, const int32_t *ids, int32_t first_vector, size_t n, double weight)
{
    const bool cut = n >= UNCUT;

    for (size_t i = 0; i < n; i++) {
        const size_t room = LM_CHUNK - 1 - r->used;

        if (room == 0 || (i == 0 && !cut && n > room)) {
            close_chunk(r);
            open_chunk(r);
        }
        place(r, ids ? (lm_token){ ids[i], 0, weight }
                     : (lm_token){ -1, first_vector + (int32_t)i, weight });
    }
}

static void put_text(reader *r, const char *s, size_t n, double weight)
{
    lm_ids ids = { 0 };

    lm_bpe_encode(&ids, s, n);
    put_group(r, ids.at, 0, ids.n, weight);
    lm_ids_done(&ids);
}

/* ------------------------------------------------------------------ embeddings */

/* Looks `name` up and puts its vectors. */
static bool put_vectors(reader *r, const char *name, double weight)
{
    lm_chunks *p = r->out;
    lm_vectors v = r->find ? r->find(r->self, name) : (lm_vectors){ 0 };

    if (!v.at)
        return false;
    p->found = lm_grow(p->found, (size_t)(p->n_found + 1) * sizeof *p->found);
    p->found[p->n_found++] = v;
    put_group(r, NULL, r->n_vectors, (size_t)v.count, weight);
    r->n_vectors += (int32_t)v.count;
    return true;
}

/* The words of s[0..n), one space between two. */
static char *words_of(const char *s, size_t n)
{
    lm_text words = { 0 };
    bool    between = false;

    for (size_t i = 0, used; i < n; i += used) {
        const uint32_t c = lm_char_read(s + i, n - i, &used);

        if (lm_char_is_blank(c)) {
            between = words.size > 0;
            continue;
        }
        if (between)
            lm_text_puts(&words, " ");
        between = false;
        lm_text_add(&words, s + i, used);
    }
    return lm_text_take(&words);
}

/* `name, more text`: an embedding and the text behind it. A comma at the name's end is tried without. */
static void put_embedding(reader *r, const char *s, size_t n, double weight)
{
    char    *words = words_of(s, n), *rest;
    lm_text  after = { 0 };
    size_t   len;

    if (!words)
        return;
    rest = strchr(words, ' ');
    if (rest)
        *rest++ = '\0';
    len = strlen(words);
    if (!put_vectors(r, words, weight)) {
        char  *bare = words + strspn(words, ",");
        size_t bare_len = strlen(bare);

        while (bare_len && bare[bare_len - 1] == ',')
            bare_len--;
        if (bare_len < len)
            lm_text_printf(&after, "%s ", words + bare_len);
        bare[bare_len] = '\0';
        if (bare_len == len || !put_vectors(r, bare, weight))
            lm_log(LM_LOG_WARN, "embedding:%s is not there; the prompt goes on without it", words);
    }
    lm_text_puts(&after, rest ? rest : "");
    put_text(r, lm_text_str(&after), after.size, weight);
    lm_text_done(&after);
    lm_free(words);
}

/* A stretch of one weight, brackets no longer escaped. An embedding begins it, or follows a space or a line
 * break, which is then left out. */
static void put_stretch(reader *r, const char *s, size_t n, double weight)
{
    while (n) {
        const bool named = r->find && n >= EMBEDDING_LEN && !memcmp(s, embedding, EMBEDDING_LEN);
        size_t     len = 0;

        while (len < n && !((s[len] == ' ' || s[len] == '\n') && n - len > EMBEDDING_LEN &&
                            !memcmp(s + len + 1, embedding, EMBEDDING_LEN)))
            len++;
        if (named)
            put_embedding(r, s + EMBEDDING_LEN, len - EMBEDDING_LEN, weight);
        else if (len)
            put_text(r, s, len, weight);
        s += len + (len < n);
        n -= len + (len < n);
    }
}

/* ------------------------------------------------------------------ emphasis */

static char *unescaped(const char *s, size_t n, size_t *len)
{
    char *out = lm_alloc(n + 1);

    *len = 0;
    for (size_t i = 0; i < n; i++) {
        const bool mark = s[i] == '\0' && i + 1 < n;

        out[(*len)++] = mark ? (s[i + 1] == ESCAPED_OPEN ? '(' : ')') : s[i];
        i += mark;
    }
    return out;
}

static void weigh(reader *r, const char *s, size_t n, double weight, int depth);

/* One piece: "(…)" or plain. */
static void weigh_piece(reader *r, const char *s, size_t n, double weight, int depth)
{
    if (depth < MAX_DEPTH && n >= 2 && s[0] == '(' && s[n - 1] == ')') {
        const char *inner = s + 1, *colon = memrchr(inner, ':', n - 2);
        size_t      len = n - 2, behind = colon ? (size_t)(inner + len - colon - 1) : 0;
        double      given;

        weight *= 1.1;
        if (colon && colon > inner && lm_python_float(colon + 1, behind, &given)) {
            weight = given;
            len = (size_t)(colon - inner);
        }
        weigh(r, inner, len, weight, depth + 1);
    } else {
        size_t len;
        char  *plain = unescaped(s, n, &len);

        put_stretch(r, plain, len, weight);
        lm_free(plain);
    }
}

/* Takes s apart at its outermost brackets. A bracket that does not close belongs to the last piece. */
static void weigh(reader *r, const char *s, size_t n, double weight, int depth)
{
    size_t from = 0;
    long   level = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '(' && level++ == 0 && i > from) {
            weigh_piece(r, s + from, i - from, weight, depth);
            from = i;
        }
        if (s[i] == ')' && --level == 0) {
            weigh_piece(r, s + from, i + 1 - from, weight, depth);
            from = i + 1;
        }
    }
    if (from < n)
        weigh_piece(r, s + from, n - from, weight, depth);
}

/* "\(" and "\)" as a NUL and a mark of the same length. */
static void escape(char *s)
{
    for (; *s; s++)
        if (s[0] == '\\' && (s[1] == '(' || s[1] == ')')) {
            s[1] = s[1] == '(' ? ESCAPED_OPEN : ESCAPED_CLOSE;
            *s++ = '\0';
        }
}

void lm_chunks_read(lm_chunks *out, const char *text, lm_find_vectors *find, void *self)
{
    reader       r = { .out = out, .find = find, .self = self };
    const size_t n = strlen(text);
    char        *copy = lm_copy_text(text);

    *out = (lm_chunks){ 0 };
    escape(copy);
    open_chunk(&r);
    weigh(&r, copy, n, 1.0, 0);
    close_chunk(&r);
    lm_free(copy);
}

void lm_chunks_done(lm_chunks *p)
{
    for (int i = 0; i < p->n_found; i++)
        lm_free(p->found[i].at);
    lm_free(p->found);
    lm_free(p->at);
    *p = (lm_chunks){ 0 };
}

const float *lm_chunks_vector(const lm_chunks *p, int32_t i, int64_t *width)
{
    const lm_vectors *v = p->found;

    while (i >= v->count)
        i -= (int32_t)v++->count;
    *width = v->width;
    return v->at + i * v->width;
}
