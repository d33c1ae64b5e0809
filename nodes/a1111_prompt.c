/* a1111_prompt.c: prompts as A1111 reads them, spelled as ComfyUI reads them.
 *
 * The way of a prompt: <lora:…> goes, AND parts it, [a:b:0.5] and [a|b] are settled, brackets become weights,
 * BREAK parts once more, and what is left is written down with one pair of brackets around each weight. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"

enum { MAX_DEPTH = 100 };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Does `word` stand at s[i], with no letter before or behind it? */
static bool word_at(const char *s, size_t i, size_t n, const char *word)
{
    const size_t length = strlen(word);

    return n - i >= length && !memcmp(s + i, word, length) && (i == 0 || !is_word(s[i - 1])) &&
           (i + length == n || !is_word(s[i + length]));
}

static bool read_number(const char *s, size_t n, double *out)
{
    char  text[32], *end;
    size_t from = 0;

    while (from < n && isspace((unsigned char)s[from]))
        from++;
    while (n > from && isspace((unsigned char)s[n - 1]))
        n--;
    if (n == from || n - from >= sizeof text || strspn(s + from, "+-.0123456789") < n - from)
        return false;
    memcpy(text, s + from, n - from);
    text[n - from] = 0;
    *out = strtod(text, &end);
    return !*end;
}

/* ------------------------------------------------------------------ <lora:name:0.8> */

static void add_lora(lm_a1111_prompt *p, const char *name, size_t n, double model, double clip)
{
    p->loras = lm_grow(p->loras, (size_t)(p->n_loras + 1) * sizeof *p->loras);
    p->loras[p->n_loras++] = (lm_a1111_lora){ lm_copy_bytes(name, n), model, clip };
}

/* "name:0.8", "name:0.8:0.5" (text encoder, then denoiser) or "name:te=0.8:unet=0.5". */
static void read_lora(lm_a1111_prompt *p, const char *s, size_t n, lm_text *notes)
{
    const char *end = s + n, *colon = memchr(s, ':', n), *name_end = colon ? colon : end;
    double      value, clip = 1.0, model = NAN;
    int         place = 0;

    while (colon) {
        const char  *word = colon + 1;
        size_t       length;
        const char  *next = memchr(word, ':', (size_t)(end - word));

        length = (size_t)((next ? next : end) - word);
        if (length > 3 && !memcmp(word, "te=", 3) && read_number(word + 3, length - 3, &value))
            clip = value;
        else if (length > 5 && !memcmp(word, "unet=", 5) && read_number(word + 5, length - 5, &value))
            model = value;
        else if (read_number(word, length, &value))
            *(place++ ? &model : &clip) = value;
        else
            lm_a1111_note(notes, "of the LoRA %.*s, \"%.*s\" is left out", (int)(name_end - s), s,
                          (int)length, word);
        colon = next;
    }
    add_lora(p, s, (size_t)(name_end - s), isnan(model) ? clip : model, clip);
}

/* The end of "<word:anything>" at s[i], or 0; *colon: behind the word's. */
static size_t network_end(const char *s, size_t i, size_t n, size_t *colon)
{
    const char *end = memchr(s + i, '>', n - i);
    size_t      k = i + 1;

    while (k < n && is_word(s[k]))
        k++;
    *colon = k + 1;
    return end && k > i + 1 && k < n && s[k] == ':' && (size_t)(end - s) > k + 1 ? (size_t)(end - s) + 1 : 0;
}

/* The prompt without its extra networks. [new] */
static char *take_networks(lm_a1111_prompt *p, const char *s, lm_text *notes)
{
    const size_t n = strlen(s);
    lm_text      out = { 0 };
    bool         open = strchr(s, '>') != NULL;
    size_t       colon, end;

    for (size_t i = 0; i < n; i++) {
        end = s[i] == '<' && open ? network_end(s, i, n, &colon) : 0;
        if (end && (!strncasecmp(s + i, "<lora:", 6) || !strncasecmp(s + i, "<lyco:", 6)))
            read_lora(p, s + colon, end - 1 - colon, notes);
        else if (end)
            lm_a1111_note(notes, "%.*s is left out: limn has no such network", (int)(end - i), s + i);
        else
            lm_text_add(&out, s + i, 1);
        if (s[i] == '<' && open)
            open = memchr(s + i, '>', n - i) != NULL;
        i = end ? end - 1 : i;
    }
    return lm_text_take(&out);
}

/* ------------------------------------------------------------------ [from:to:when] and [this|that] */

typedef struct edits {
    const lm_a1111_reading *how;
    const char             *s;
    uint32_t               *close; /* of each '[': where its ']' is; 0: nowhere */
    lm_text                 out;
} edits;

static void match_brackets(edits *e, size_t n)
{
    uint32_t *open = lm_alloc_array(n + 1, sizeof *open), depth = 0;

    e->close = lm_alloc_array(n + 1, sizeof *e->close);
    for (size_t i = 0; i < n; i++)
        if (e->s[i] == '\\')
            i++;
        else if (e->s[i] == '[')
            open[depth++] = (uint32_t)i;
        else if (e->s[i] == ']' && depth)
            e->close[open[--depth]] = (uint32_t)i;
    lm_free(open);
}

/* What separates the inside of a bracket at its own level. */
typedef struct seams {
    size_t colon[3], bar; /* places; bar: the first */
    int    n_colons, n_bars;
} seams;

static seams find_seams(const edits *e, size_t from, size_t to)
{
    seams found = { .n_colons = 0 };
    int   round = 0;

    for (size_t i = from; i < to; i++) {
        const char c = e->s[i];

        if (c == '\\')
            i++;
        else if (c == '[' && e->close[i])
            i = e->close[i];
        else if (c == '(' || c == ')')
            round += c == '(' ? 1 : round > 0 ? -1 : 0;
        else if (!round && c == ':' && found.n_colons++ < 3)
            found.colon[found.n_colons - 1] = i;
        else if (!round && c == '|' && !found.n_bars++)
            found.bar = i;
    }
    return found;
}

static void settle(edits *e, size_t from, size_t to, int depth);

/* The text that stands for the longer part of the walk. */
static void settle_change(edits *e, size_t from, size_t to, const seams *at, double when, int depth)
{
    const double share = when >= 1.0 && e->how->steps > 0 ? when / e->how->steps : when;
    const bool   two = at->n_colons == 2;

    lm_a1111_note(e->how->notes, "[%.*s] changes the prompt on the way, which the graph cannot: what stands for "
                  "the longer part is kept", (int)(to - from), e->s + from);
    if (share >= 0.5 && two)
        settle(e, from, at->colon[0], depth);
    else if (share < 0.5)
        settle(e, two ? at->colon[0] + 1 : from, at->colon[two], depth);
}

static void settle_bracket(edits *e, size_t from, size_t to, int depth)
{
    const seams at = find_seams(e, from, to);
    double      when;

    if (at.n_bars) {
        lm_a1111_note(e->how->notes, "[%.*s] alternates from step to step, which the graph cannot: the first is kept",
                      (int)(to - from), e->s + from);
        settle(e, from, at.bar, depth);
    } else if (at.n_colons && at.n_colons < 3 &&
               read_number(e->s + at.colon[at.n_colons - 1] + 1, to - at.colon[at.n_colons - 1] - 1, &when)) {
        settle_change(e, from, to, &at, when, depth);
    } else {
        lm_text_puts(&e->out, "[");
        settle(e, from, to, depth);
        lm_text_puts(&e->out, "]");
    }
}

static void settle(edits *e, size_t from, size_t to, int depth)
{
    for (size_t i = from; i < to; i++)
        if (e->s[i] == '[' && e->close[i] && depth < MAX_DEPTH) {
            settle_bracket(e, i + 1, e->close[i], depth + 1);
            i = e->close[i];
        } else {
            lm_text_add(&e->out, e->s + i, 1);
            if (e->s[i] == '\\' && i + 1 < to)
                lm_text_add(&e->out, e->s + ++i, 1);
        }
}

/* [new] */
static char *without_edits(const char *s, const lm_a1111_reading *how)
{
    edits e = { .how = how, .s = s };

    match_brackets(&e, strlen(s));
    settle(&e, 0, strlen(s), 0);
    lm_free(e.close);
    return lm_text_take(&e.out);
}

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
        if (s[i] == 'B' && word_at(s, i, n, "BREAK")) {
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
    return s[n] == ')' && read_number(s + from, digits, weight) ? n + 1 : 0;
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
    for (; files && *files && (i == 0 || (!is_word(s[i - 1]) && s[i - 1] != ':')); files++) {
        const char *name = stem(*files, &k);

        if (k > *length && n - i >= k && !strncasecmp(s + i, name, k) && (i + k == n || !is_word(s[i + k]))) {
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

/* ------------------------------------------------------------------ parts */

/* "words :0.7" is words and a weight. */
static double take_weight(const char *s, size_t *n)
{
    const char *colon = memrchr(s, ':', *n);
    double      weight;

    if (!colon || !read_number(colon + 1, (size_t)(s + *n - colon - 1), &weight))
        return 1.0;
    *n = (size_t)(colon - s);
    return weight;
}

static void add_part(lm_a1111_prompt *p, const char *s, size_t n, const lm_a1111_reading *how)
{
    lm_a1111_part part = { .weight = how->joined ? take_weight(s, &n) : 1.0 };
    weighing      w = { .words = { 0 } };
    char         *raw = lm_copy_bytes(s, n), *settled = without_edits(raw, how);

    weigh(&w, settled, how->emphasis);
    write_chunks(&part, &w, how, &p->weighted);
    weighing_done(&w);
    lm_free(raw);
    lm_free(settled);
    p->parts = lm_grow(p->parts, (size_t)(p->n_parts + 1) * sizeof *p->parts);
    p->parts[p->n_parts++] = part;
}

void lm_a1111_prompt_read(lm_a1111_prompt *out, const char *text, const lm_a1111_reading *how)
{
    char        *s;
    size_t       n, from = 0;

    *out = (lm_a1111_prompt){ 0 };
    s = take_networks(out, text, how->notes);
    n = strlen(s);
    for (size_t i = 0; i < n && how->joined; i++)
        if (s[i] == 'A' && word_at(s, i, n, "AND")) {
            add_part(out, s + from, i - from, how);
            from = i + 3;
        }
    add_part(out, s + from, n - from, how);
    lm_free(s);
}

void lm_a1111_prompt_done(lm_a1111_prompt *p)
{
    for (int i = 0; i < p->n_parts; i++) {
        for (int k = 0; k < p->parts[i].n_chunks; k++)
            lm_free(p->parts[i].chunks[k]);
        lm_free(p->parts[i].chunks);
    }
    for (int i = 0; i < p->n_loras; i++)
        lm_free(p->loras[i].name);
    lm_free(p->parts);
    lm_free(p->loras);
}
