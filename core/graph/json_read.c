/* json_read.c: from text to nodes, in one pass and without recursion.
 *
 * Strings are decoded where they lie: what an escape stands for is never longer than the escape. */
#include <assert.h>

#include "core/base/alloc.h"
#include "core/graph/index.h"
#include "core/graph/json_parts.h"

enum { FEW_KEYS = 32 }; /* up to here keys are compared one by one, and only when a cheap hash repeats */

struct frame {
    lm_json_ref self, last;
    uint32_t    count;
    char        close; /* ']' or '}' */
    uint64_t    seen;  /* one bit for each hash of a key */
};

struct reader {
    lm_json    *d;
    char       *begin, *at, *end;
    const char *source;
    limn_error *err;
    int         depth;
    struct frame frames[LM_JSON_MAX_DEPTH];
};

/* ------------------------------------------------------------------ faults */

/* Lines and columns count from 1; a column is a character, not a byte. */
static bool fail_at(struct reader *r, const char *at, const char *what)
{
    const char *s = r->source, *stop = s + (at - r->begin);
    size_t      line = 1, column = 1;

    for (; s < stop; s++) {
        column += (*s & 0xc0) != 0x80;
        if (*s == '\n') {
            line++;
            column = 1;
        }
    }
    return limn_fail(r->err, FILE, "line %zu, column %zu: %s", line, column, what);
}

static bool fail(struct reader *r, const char *what)
{
    return fail_at(r, r->at, r->at == r->end ? "the text ends in the middle" : what);
}

/* ------------------------------------------------------------------ nodes */

static bool grow(lm_json *d, limn_error *err)
{
    const uint32_t room = d->room < LM_JSON_MAX_NODES / 2 ? 2 * d->room : LM_JSON_MAX_NODES;
    lm_json_node  *nodes;

    if (d->count >= LM_JSON_MAX_NODES)
        return limn_fail(err, FILE, "more than %d values: too large for a workflow",
                         (int)LM_JSON_MAX_NODES);
    nodes = lm_try_alloc((size_t)room * sizeof *nodes);
    if (!nodes)
        return limn_fail(err, MEMORY, "no memory for %u JSON values", room);
    memcpy(nodes, d->nodes, d->count * sizeof *nodes);
    lm_free(d->nodes);
    d->nodes = nodes;
    d->room = room;
    return true;
}

lm_json_ref lm_json_add(lm_json *d, lm_json_kind kind, const char *text, size_t size, limn_error *err)
{
    if (d->count == d->room && !grow(d, err))
        return 0;
    d->nodes[d->count] = (lm_json_node){ .text = text, .size = (uint32_t)size & 0xfffffff, .kind = kind };
    return d->count++;
}

static void join(struct reader *r, struct frame *f, lm_json_ref child)
{
    if (f->last)
        r->d->nodes[f->last].next = child;
    f->last = child;
    f->count++;
}

/* A value; inside an array it becomes its next element. */
static lm_json_ref add(struct reader *r, lm_json_kind kind, const char *text, size_t size)
{
    const lm_json_ref v = lm_json_add(r->d, kind, text, size, r->err);

    if (v && r->depth && r->frames[r->depth - 1].close == ']')
        join(r, &r->frames[r->depth - 1], v);
    return v;
}

/* ------------------------------------------------------------------ strings */

/* The string that begins at r->at, its quote included. */
static bool read_string(struct reader *r, char **text, size_t *size)
{
    char       *begin = r->at + 1, *end = lm_json_skip_plain(begin);
    const char *fault;

    r->at = end;
    if (*end != '"') {
        fault = lm_json_decode(&r->at, &end);
        if (fault) {
            fail(r, fault);
            return false;
        }
    }
    r->at++;
    *end = 0; /* at the latest on the closing quote, which has been read */
    *text = begin;
    *size = (size_t)(end - begin);
    return true;
}

/* ------------------------------------------------------------------ numbers and words */

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static char *skip_digits(char *s)
{
    while (is_digit(*s))
        s++;
    return s;
}

/* Where a number that begins at s ends; NULL when it is none, with *at where it goes wrong. */
static char *number_end(char *s, char **at)
{
    s += *s == '-';
    *at = s;
    if (!is_digit(*s))
        return NULL;
    s = *s == '0' ? s + 1 : skip_digits(s);
    if (*s == '.') {
        *at = ++s;
        if (!is_digit(*s))
            return NULL;
        s = skip_digits(s);
    }
    if ((*s | 32) == 'e') {
        s++;
        s += *s == '+' || *s == '-';
        *at = s;
        if (!is_digit(*s))
            return NULL;
        s = skip_digits(s);
    }
    return s;
}

static bool read_word(struct reader *r, const char *word, lm_json_kind kind)
{
    const size_t n = strlen(word);

    if (strncmp(r->at, word, n))
        return fail(r, "a value is expected here");
    r->at += n;
    return add(r, kind, kind == LM_JSON_NUMBER ? r->at - n : NULL, kind == LM_JSON_NUMBER ? n : 0);
}

static bool read_number(struct reader *r)
{
    char *begin = r->at, *end;

    if (begin[0] == '-' && begin[1] == 'I')
        return read_word(r, "-Infinity", LM_JSON_NUMBER);
    end = number_end(begin, &r->at);
    if (!end)
        return fail(r, "a digit is expected here");
    r->at = end;
    if (is_digit(*end)) /* only after a leading 0 */
        return fail(r, "a number does not begin with 0");
    return add(r, LM_JSON_NUMBER, begin, (size_t)(end - begin));
}

/* ------------------------------------------------------------------ objects and arrays */

static void skip_space(struct reader *r)
{
    const char *s = r->at;

    while (*s == ' ' || *s == '\n' || *s == '\t' || *s == '\r')
        s++;
    r->at += s - r->at;
}

static bool fail_twice(struct reader *r, lm_json_ref key)
{
    const lm_json_node *n = &r->d->nodes[key];
    char                what[160];
    lm_text             quoted = { 0 };

    lm_json_write_string(n->text, n->size < 60 ? n->size : 60, LM_JSON_ASCII, &quoted);
    snprintf(what, sizeof what, "the key %.100s appears twice in one object", lm_text_str(&quoted));
    lm_text_done(&quoted);
    return fail_at(r, n->text - 1, what);
}

/* Many keys: all of them at once when their object ends. */
static bool check_keys(struct reader *r, const struct frame *f)
{
    const lm_json_node *nodes = r->d->nodes;
    lm_index            x;
    bool                ok = lm_index_init(&x, f->count);

    if (!ok)
        return limn_fail(r->err, MEMORY, "no memory to compare %u keys", f->count);
    for (lm_json_ref k = f->self + 1; ok && k; k = nodes[k].next)
        if ((lm_json_ref)lm_index_put(&x, nodes[k].text, nodes[k].size, (int32_t)k) != k)
            ok = fail_twice(r, k);
    lm_index_done(&x);
    return ok;
}

/* Few keys: compare when the bit of a small hash is there already. */
static bool check_key(struct reader *r, struct frame *f, lm_json_ref key)
{
    const lm_json_node *nodes = r->d->nodes, *n = &nodes[key];
    const uint64_t      bit = n->size ? 1ull << ((n->size + (unsigned char)n->text[0] +
                                             5u * (unsigned char)n->text[n->size - 1]) & 63) : 1;
    const bool          again = f->seen & bit;

    f->seen |= bit;
    if (!again || f->count > FEW_KEYS)
        return true;
    for (lm_json_ref k = f->self + 1; k != key; k = nodes[k].next)
        if (nodes[k].size == n->size && !memcmp(nodes[k].text, n->text, n->size))
            return fail_twice(r, key);
    return true;
}

static bool open_container(struct reader *r, lm_json_kind kind)
{
    const lm_json_ref v = add(r, kind, NULL, 0);

    if (!v)
        return false;
    if (r->depth == LM_JSON_MAX_DEPTH)
        return fail(r, "values are nested more than 100 deep");
    r->frames[r->depth++] = (struct frame){ .self = v, .close = kind == LM_JSON_ARRAY ? ']' : '}' };
    r->at++;
    return true;
}

static bool close_container(struct reader *r)
{
    const struct frame *f = &r->frames[--r->depth];

    r->at++;
    r->d->nodes[f->self].size = f->count & 0xfffffff;
    return f->close == ']' || f->count <= FEW_KEYS || check_keys(r, f);
}

static bool read_key(struct reader *r, struct frame *f)
{
    char       *text;
    size_t      size;
    lm_json_ref key;

    if (*r->at != '"')
        return fail(r, "a key in double quotes is expected here");
    if (!read_string(r, &text, &size))
        return false;
    key = lm_json_add(r->d, LM_JSON_STRING, text, size, r->err);
    if (!key)
        return false;
    join(r, f, key);
    if (!check_key(r, f, key))
        return false;
    skip_space(r);
    if (*r->at != ':')
        return fail(r, "a colon is expected here");
    r->at++;
    skip_space(r);
    return true;
}

static bool read_value(struct reader *r)
{
    char  *text;
    size_t size;

    switch (*r->at) {
    case '"':
        return read_string(r, &text, &size) && add(r, LM_JSON_STRING, text, size);
    case '{':
        return open_container(r, LM_JSON_OBJECT);
    case '[':
        return open_container(r, LM_JSON_ARRAY);
    case 't':
        return read_word(r, "true", LM_JSON_TRUE);
    case 'f':
        return read_word(r, "false", LM_JSON_FALSE);
    case 'n':
        return read_word(r, "null", LM_JSON_NULL);
    case 'N':
        return read_word(r, "NaN", LM_JSON_NUMBER);
    case 'I':
        return read_word(r, "Infinity", LM_JSON_NUMBER);
    default:
        if (*r->at == '-' || is_digit(*r->at))
            return read_number(r);
        return fail(r, "a value is expected here");
    }
}

/* The next child of the innermost container, or its end. */
static bool read_more(struct reader *r)
{
    struct frame *f = &r->frames[r->depth - 1];

    skip_space(r);
    if (*r->at == f->close)
        return close_container(r);
    if (f->count) {
        if (*r->at != ',')
            return fail(r, f->close == '}' ? "a comma or } is expected here"
                                           : "a comma or ] is expected here");
        r->at++;
        skip_space(r);
    }
    return (f->close == ']' || read_key(r, f)) && read_value(r);
}

lm_json_ref lm_json_parse(lm_json *d, char *copy, const char *source, size_t size, limn_error *err)
{
    struct reader     r;
    const lm_json_ref v = d->count;

    r.d = d; /* the frames are written before they are read */
    r.begin = r.at = copy;
    r.end = copy + size;
    r.source = source;
    r.err = err;
    r.depth = 0;
    assert(!*r.end);
    skip_space(&r);
    if (!read_value(&r))
        return 0;
    while (r.depth)
        if (!read_more(&r))
            return 0;
    skip_space(&r);
    if (r.at != r.end) {
        fail(&r, "the value ended before this");
        return 0;
    }
    return v;
}
