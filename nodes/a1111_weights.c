/* a1111_weights.c: brackets become weights, BREAK parts, and what is left is spelled as ComfyUI reads prompts, with one
 * pair of brackets around each weight. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"

/* ------------------------------------------------------------------ weights */

/* A stretch of words with one weight; a BREAK has no words. */
typedef struct piece {
    size_t at, n; /* in weighing.words */
    double weight;
    bool   breaks;
} piece;

typedef struct weighing {
    lm_text words; /* without brackets and backslashes */
    piece  *pieces;
    size_t  n_pieces, room;
    size_t *round, *square; /* open brackets: the piece behind each */
    size_t  n_round, n_square;
} weighing;

static void add_piece(weighing *w, const char *s, size_t n, bool breaks)
{
    if (w->n_pieces == w->room) {
        w->room = w->room ? 2 * w->room : 32;
        w->pieces = lm_grow(w->pieces, w->room * sizeof *w->pieces);
    }
    w->pieces[w->n_pieces++] = (piece){ w->words.size, n, 1.0, breaks };
    lm_text_add(&w->words, s, n);
}

static void add_words(weighing *w, const char *s, size_t n)
{
    size_t from = 0;

    for (size_t i = 0; i < n; i++)
        if (s[i] == 'B' && lm_a1111_word_at(s, i, n, "BREAK")) {
            add_piece(w, s + from, i - from, false);
            add_piece(w, "", 0, true);
            i += 4;
            from = i + 1;
        }
    if (from < n)
        add_piece(w, s + from, n - from, false);
}

static void multiply(weighing *w, size_t from, double by)
{
    for (size_t i = from; i < w->n_pieces; i++)
        w->pieces[i].weight *= by;
}

/* How long ":1.2)" at s is, blanks included; 0: it is something else. */
static size_t weight_length(const char *s, double *weight)
{
    size_t from = 1 + strspn(s + 1, " \t\n"), digits = strspn(s + from, "+-.0123456789");
    size_t n = from + digits;

    n += strspn(s + n, " \t\n");
    return s[n] == ')' && lm_a1111_number_at(s + from, digits, weight) ? n + 1 : 0;
}

/* One token at s; its length.  Source: A1111's reading of (x), (x:1.2), [x] and their escapes. */
static size_t weigh_token(weighing *w, const char *s)
{
    double weight;
    size_t n;

    if (*s == '\\') {
        if (s[1] && strchr("()[]\\:", s[1]))
            add_words(w, s + 1, 1);
        return s[1] && strchr("()[]\\:", s[1]) ? 2 : 1;
    }
    if (*s == '(')
        w->round[w->n_round++] = w->n_pieces;
    else if (*s == '[')
        w->square[w->n_square++] = w->n_pieces;
    else if (*s == ')' && w->n_round)
        multiply(w, w->round[--w->n_round], 1.1);
    else if (*s == ']' && w->n_square)
        multiply(w, w->square[--w->n_square], 1 / 1.1);
    else if (*s == ':' && w->n_round && (n = weight_length(s, &weight))) {
        multiply(w, w->round[--w->n_round], weight);
        return n;
    } else {
        n = 1 + strcspn(s + 1, "\\()[]:");
        add_words(w, s, n);
        return n;
    }
    return 1;
}

static void weigh(weighing *w, const char *s, lm_emphasis emphasis)
{
    const size_t n = strlen(s);

    w->round = lm_alloc_array(n + 1, sizeof *w->round);
    w->square = lm_alloc_array(n + 1, sizeof *w->square);
    if (emphasis == LM_EMPHASIS_LITERAL)
        add_words(w, s, n);
    else
        for (size_t i = 0; i < n;)
            i += weigh_token(w, s + i);
    while (w->n_round)
        multiply(w, w->round[--w->n_round], 1.1);
    while (w->n_square)
        multiply(w, w->square[--w->n_square], 1 / 1.1);
    for (size_t i = 0; i < w->n_pieces && emphasis == LM_EMPHASIS_IGNORED; i++)
        w->pieces[i].weight = 1.0;
}

static void weighing_done(weighing *w)
{
    lm_text_done(&w->words);
    lm_free(w->pieces);
    lm_free(w->round);
    lm_free(w->square);
}

/* ------------------------------------------------------------------ writing */

/* Where the name of a file begins that has no folders, and how long it is without its extension. */
static const char *stem(const char *file, size_t *n)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *point = strrchr(name, '.');

    *n = point ? (size_t)(point - name) : strlen(name);
    return name;
}

/* The embedding whose name is the word at s[i]; the longest of several. */
static const char *embedding_at(char *const *files, const char *s, size_t i, size_t n, size_t *length)
{
    const char *found = NULL;
    size_t      k;

    *length = 0;
    for (; files && *files && (i == 0 || (!lm_a1111_is_word(s[i - 1]) && s[i - 1] != ':')); files++) {
        const char *name = stem(*files, &k);

        if (k > *length && n - i >= k && !strncasecmp(s + i, name, k) && (i + k == n || !lm_a1111_is_word(s[i + k]))) {
            found = *files;
            *length = k;
        }
    }
    return found;
}

static void put_embedding(lm_text *out, const char *file, bool space_before, bool space_behind)
{
    size_t      k;
    const char *name = stem(file, &k);

    lm_text_printf(out, "%sembedding:%.*s%s", space_before ? " " : "", (int)(name + k - file), file,
                   space_behind ? " " : "");
}

/* Words with plain brackets escaped and embeddings named as such. */
static void put_words(lm_text *out, const char *s, size_t n, const lm_a1111_reading *how)
{
    for (size_t i = 0, k; i < n; i++) {
        const char *file = embedding_at(how->embeddings, s, i, n, &k);

        if (file) {
            const char behind = i + k < n ? s[i + k] : ' ';

            put_embedding(out, file, i && !isspace((unsigned char)s[i - 1]),
                          !isspace((unsigned char)behind) && behind != ',');
            i += k - 1;
            continue;
        }
        if (s[i] == '(' || s[i] == ')')
            lm_text_puts(out, "\\");
        lm_text_add(out, s + i, 1);
    }
}

/* Blanks stay outside the brackets of a weight. */
static void put_piece(lm_text *out, const char *s, size_t n, double weight, const lm_a1111_reading *how)
{
    size_t from = 0, to = n;

    while (from < n && isspace((unsigned char)s[from]))
        from++;
    while (to > from && isspace((unsigned char)s[to - 1]))
        to--;
    if (from == to || fabs(weight - 1.0) < 1e-6) {
        put_words(out, s, n, how);
        return;
    }
    lm_text_add(out, s, from);
    lm_text_puts(out, "(");
    put_words(out, s + from, to - from, how);
    lm_text_printf(out, ":%.6g)", weight);
    lm_text_add(out, s + to, n - to);
}

static void end_chunk(lm_a1111_part *part, lm_text *chunk)
{
    const char *s = lm_text_str(chunk);
    size_t      from = 0, to = chunk->size;

    while (from < to && isspace((unsigned char)s[from]))
        from++;
    while (to > from && isspace((unsigned char)s[to - 1]))
        to--;
    part->chunks = lm_grow(part->chunks, (size_t)(part->n_chunks + 1) * sizeof *part->chunks);
    part->chunks[part->n_chunks++] = lm_copy_bytes(s + from, to - from);
    lm_text_done(chunk);
}

/* Neighbours of one weight are one piece. */
static void write_chunks(lm_a1111_part *part, const weighing *w, const lm_a1111_reading *how, bool *weighted)
{
    lm_text chunk = { 0 };

    for (size_t i = 0, next; i < w->n_pieces; i = next) {
        const piece *p = &w->pieces[i];
        size_t       n = p->n;

        for (next = i + 1; next < w->n_pieces && !p->breaks && !w->pieces[next].breaks &&
                           w->pieces[next].weight == p->weight; next++)
            n += w->pieces[next].n;
        if (p->breaks)
            end_chunk(part, &chunk);
        else if (n)
            put_piece(&chunk, w->words.at + p->at, n, p->weight, how);
        *weighted |= n && fabs(p->weight - 1.0) >= 1e-6;
    }
    end_chunk(part, &chunk);
}

void lm_a1111_write_part(lm_a1111_part *part, const char *s, const lm_a1111_reading *how, bool *weighted)
{
    weighing w = { .words = { 0 } };

    weigh(&w, s, how->emphasis);
    write_chunks(part, &w, how, weighted);
    weighing_done(&w);
}
