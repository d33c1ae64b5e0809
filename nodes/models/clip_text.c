/* clip_text.c: Unicode as CLIP's tokenizer needs it.  Source of the normal form: Unicode Standard Annex
 * 15, canonical composition; of Hangul's arithmetic: the Unicode Standard, section 3.12. */
#include "nodes/models/clip_text.h"

#include <stdlib.h>

#include "core/base/alloc.h"

enum { NOT_A_CHAR = 0xFFFD, FIRST_MARK = 0x300, CAPITAL_I_DOT = 0x130, DOT_ABOVE = 0x307 };
enum { CAPITAL_SIGMA = 0x3A3, SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2 };

/* ------------------------------------------------------------------ growing, UTF-8 */

void lm_chars_add(lm_chars *c, uint32_t code_point)
{
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->at = lm_grow(c->at, c->room * sizeof *c->at);
    }
    c->at[c->n++] = code_point;
}

void lm_chars_done(lm_chars *c)
{
    lm_free(c->at);
    *c = (lm_chars){ 0 };
}

uint32_t lm_char_read(const char *s, size_t n, size_t *used)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char  *b = (const unsigned char *)s;
    const size_t          len = b[0] < 0x80 ? 1 : b[0] >> 5 == 6 ? 2 : b[0] >> 4 == 14 ? 3
                                : b[0] >> 3 == 30 ? 4 : 0;
    uint32_t              c = len < 2 ? b[0] : b[0] & (0x7Fu >> len);

    *used = 1;
    if (!len || len > n)
        return NOT_A_CHAR;
    for (size_t i = 1; i < len; i++) {
        if (b[i] >> 6 != 2)
            return NOT_A_CHAR;
        c = c << 6 | (b[i] & 0x3Fu);
    }
    if (c < least[len] || c > 0x10FFFF || c >> 11 == 0x1B)
        return NOT_A_CHAR;
    *used = len;
    return c;
}

int lm_char_utf8(uint32_t c, char out[4])
{
    const int len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (len == 1) {
        out[0] = (char)c;
        return 1;
    }
    for (int i = len - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(0xF00u >> len | c);
    return len;
}

/* ------------------------------------------------------------------ tables */

/* The value of the run that c lies in. */
static unsigned run_of(const uint32_t *runs, int n, uint32_t c)
{
    int low = 0, high = n;

    while (high - low > 1) {
        const int middle = (low + high) / 2;

        if (runs[middle] >> 8 <= c)
            low = middle;
        else
            high = middle;
    }
    return runs[low] & 0xFF;
}

enum lm_char_class lm_char_class_of(uint32_t c)
{
    return (enum lm_char_class)run_of(lm_clip_class_runs, lm_clip_n_class_runs, c);
}

bool lm_char_is_blank(uint32_t c)
{
    return lm_char_class_of(c) == LM_CHAR_SPACE || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F) ||
           c == 0x85;
}

static unsigned mark_class(uint32_t c)
{
    return c < FIRST_MARK ? 0 : run_of(lm_clip_mark_runs, lm_clip_n_mark_runs, c);
}

/* The first code point of a row is its key; both kinds of row begin with it. */
static int by_key(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

int lm_char_digit(uint32_t c)
{
    int low = 0, high = lm_clip_n_zeros;

    while (high - low > 1) {
        const int middle = (low + high) / 2;

        if (lm_clip_zeros[middle] <= c)
            low = middle;
        else
            high = middle;
    }
    return c - lm_clip_zeros[low] < 10 ? (int)(c - lm_clip_zeros[low]) : -1;
}

/* ------------------------------------------------------------------ lower case */

/* The first cased or uncased character from at[i] on in steps of `way`, behind ignored ones: is it cased?
 * White space ends the search. */
static bool cased_beyond(const uint32_t *at, size_t n, size_t i, int way)
{
    unsigned kind = LM_CHAR_CASE_IGNORED;

    for (; i < n && at[i] != ' ' && kind == LM_CHAR_CASE_IGNORED; i += (size_t)way) /* -1 wraps beyond n */
        kind = run_of(lm_clip_case_runs, lm_clip_n_case_runs, at[i]);
    return kind == LM_CHAR_CASED;
}

/* The lower case of at[i], one character. A capital sigma that ends a word is a final one. */
static uint32_t to_lower(const uint32_t *at, size_t n, size_t i)
{
    const uint32_t      c = at[i];
    const lm_char_pair *row;

    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c == CAPITAL_SIGMA)
        return cased_beyond(at, n, i - 1, -1) && !cased_beyond(at, n, i + 1, 1) ? FINAL_SIGMA : SIGMA;
    row = bsearch(&c, lm_clip_lower, (size_t)lm_clip_n_lower, sizeof *row, by_key);
    return row ? row->to : c;
}

static void add_lower(lm_chars *out, const uint32_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (at[i] == CAPITAL_I_DOT) {               /* the one whose lower case is two characters */
            lm_chars_add(out, 'i');
            lm_chars_add(out, DOT_ABOVE);
        } else {
            lm_chars_add(out, to_lower(at, n, i));
        }
    }
}

/* ------------------------------------------------------------------ the composed form */

enum { S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7 };
enum { L_COUNT = 19, V_COUNT = 21, T_COUNT = 28, S_COUNT = L_COUNT * V_COUNT * T_COUNT };

static void decompose(lm_chars *out, uint32_t c)
{
    const uint32_t        s = c - S_BASE;
    const lm_char_triple *row;

    if (c < 0xC0) {
        lm_chars_add(out, c);
    } else if (s < S_COUNT) {
        lm_chars_add(out, L_BASE + s / (V_COUNT * T_COUNT));
        lm_chars_add(out, V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT);
        if (s % T_COUNT)
            lm_chars_add(out, T_BASE + s % T_COUNT);
    } else if ((row = bsearch(&c, lm_clip_parts, (size_t)lm_clip_n_parts, sizeof *row, by_key))) {
        decompose(out, row->a);
        if (row->b)
            lm_chars_add(out, row->b);
    } else {
        lm_chars_add(out, c);
    }
}

/* What a followed by b composes to; 0 for nothing. */
static uint32_t compose(uint32_t a, uint32_t b)
{
    const lm_char_triple *rows = lm_clip_composed;
    int                   low = 0, high = lm_clip_n_composed;

    if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a - S_BASE < S_COUNT && (a - S_BASE) % T_COUNT == 0 && b > T_BASE && b - T_BASE < T_COUNT)
        return a + (b - T_BASE);
    while (low < high) {
        const int middle = (low + high) / 2;

        if (rows[middle].key < a || (rows[middle].key == a && rows[middle].a < b))
            low = middle + 1;
        else
            high = middle;
    }
    return low < lm_clip_n_composed && rows[low].key == a && rows[low].a == b ? rows[low].b : 0;
}

/* Puts marks that follow each other into the order of their classes (stable). */
static void order_marks(uint32_t *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint32_t c = at[i];
        const unsigned mark = mark_class(c);
        size_t         j = i;

        for (; mark && j > 0 && mark_class(at[j - 1]) > mark; j--)
            at[j] = at[j - 1];
        at[j] = c;
    }
}

/* Composes in place; how many characters are left. */
static size_t compose_all(uint32_t *at, size_t n)
{
    size_t   starter = n, kept = 0; /* n: none so far */
    unsigned last = 0;

    for (size_t i = 0; i < n; i++) {
        const unsigned mark = mark_class(at[i]);
        const bool     blocked = starter == n || (starter + 1 < kept && last >= mark);
        const uint32_t both = blocked ? 0 : compose(at[starter], at[i]);

        if (both) {
            at[starter] = both;
            continue;
        }
        at[kept] = at[i];
        if (!mark)
            starter = kept;
        last = mark;
        kept++;
    }
    return kept;
}

/* Brings a text into normal form C. */
static void normalize(lm_chars *text)
{
    lm_chars apart = { 0 };
    bool     plain = true;

    for (size_t i = 0; i < text->n && plain; i++)
        plain = text->at[i] < FIRST_MARK;
    if (plain)
        return;
    for (size_t i = 0; i < text->n; i++)
        decompose(&apart, text->at[i]);
    order_marks(apart.at, apart.n);
    apart.n = compose_all(apart.at, apart.n);
    lm_chars_done(text);
    *text = apart;
}

/* ------------------------------------------------------------------ cleaning */

/* Ideographs that are set apart by spaces.  Source: BERT's basic tokenizer. */
static bool is_ideograph(uint32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2CEAF) ||
           (c >= 0x2F800 && c <= 0x2FA1F);
}

void lm_chars_add_clean(lm_chars *out, const char *utf8, size_t n)
{
    lm_chars text = { 0 };

    for (size_t i = 0, used; i < n; i += used) {
        const uint32_t           c = lm_char_read(utf8 + i, n - i, &used);
        const enum lm_char_class kind = lm_char_class_of(c);
        const bool               apart = is_ideograph(c);

        if (apart)
            lm_chars_add(&text, ' ');
        if (kind != LM_CHAR_DROP)
            lm_chars_add(&text, kind == LM_CHAR_SPACE ? ' ' : c);
        if (apart)
            lm_chars_add(&text, ' ');
    }
    normalize(&text);
    add_lower(out, text.at, text.n);
    lm_chars_done(&text);
}
