/* bpe.c: CLIP's byte-level BPE. */
#include "nodes/models/bpe.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/models/clip_parts.h"
#include "nodes/models/clip_text.h"

void lm_ids_add(lm_ids *ids, int32_t id)
{
    if (ids->n == ids->room) {
        ids->room = ids->room ? 2 * ids->room : 64;
        ids->at = lm_grow(ids->at, ids->room * sizeof *ids->at);
    }
    ids->at[ids->n++] = id;
}

void lm_ids_done(lm_ids *ids)
{
    lm_free(ids->at);
    *ids = (lm_ids){ 0 };
}

/* ------------------------------------------------------------------ one word */

/* What tokens l and r merge into; 0 for nothing (no merge makes token 0). */
static int32_t merged(int32_t l, int32_t r)
{
    int low = lm_clip_merge_first[l], high = lm_clip_merge_first[l + 1];

    while (low < high) {
        const int middle = (low + high) / 2;

        if (lm_clip_merge_right[middle] < r)
            low = middle + 1;
        else
            high = middle;
    }
    return low < lm_clip_merge_first[l + 1] && lm_clip_merge_right[low] == r ? lm_clip_merge_token[low] : 0;
}

/* A merge that could be made: the token it gives (older merges have smaller ones and go first) and the
 * place of its left part. */
typedef struct candidate {
    int32_t token, at;
} candidate;

/* A word being merged: a list of parts, and a heap of candidates. */
typedef struct word {
    int32_t   *token, *next, *last; /* -1 at the ends; a token of -1 was merged away */
    candidate *heap;
    int        n_heap;
} word;

static bool before(candidate a, candidate b)
{
    return a.token < b.token || (a.token == b.token && a.at < b.at);
}

static void push(word *w, candidate c)
{
    int i = w->n_heap++;

    for (; i > 0 && before(c, w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = c;
}

static candidate pop(word *w)
{
    const candidate first = w->heap[0], c = w->heap[--w->n_heap];
    int             i = 0;

    for (int child; (child = 2 * i + 1) < w->n_heap; i = child) {
        if (child + 1 < w->n_heap && before(w->heap[child + 1], w->heap[child]))
            child++;
        if (!before(w->heap[child], c))
            break;
        w->heap[i] = w->heap[child];
    }
    w->heap[i] = c;
    return first;
}

/* Notes the merge of the part at `left` with its successor, if there is one. */
static void consider(word *w, int32_t left)
{
    const int32_t right = left < 0 ? -1 : w->next[left];
    const int32_t token = right < 0 ? 0 : merged(w->token[left], w->token[right]);

    if (token)
        push(w, (candidate){ token, left });
}

/* Makes the merge, unless one of its parts is another by now. */
static void apply(word *w, candidate c)
{
    const int32_t right = w->token[c.at] < 0 ? -1 : w->next[c.at];

    if (right < 0 || merged(w->token[c.at], w->token[right]) != c.token)
        return;
    w->token[c.at] = c.token;
    w->token[right] = -1;
    w->next[c.at] = w->next[right];
    if (w->next[right] >= 0)
        w->last[w->next[right]] = c.at;
    consider(w, w->last[c.at]);
    consider(w, c.at);
}

/* Every part of a merge is older than the merge, so taking candidates in the order of their tokens, and of
 * their places, is the same as merging all pairs of the oldest kind again and again. */
static void encode_word(lm_ids *ids, const char *bytes, size_t n)
{
    const size_t room = 3 * n;      /* each of n - 1 merges brings at most two candidates */
    word         w = { .heap = lm_alloc_array(room, sizeof(candidate)) };
    int32_t     *parts = lm_alloc_array(3 * n, sizeof *parts);

    w.token = parts;
    w.next = parts + n;
    w.last = parts + 2 * n;
    for (size_t i = 0; i < n; i++) {
        w.token[i] = lm_clip_byte_token[(unsigned char)bytes[i]] + (i + 1 == n ? LM_CLIP_WORD_END : 0);
        w.next[i] = i + 1 == n ? -1 : (int32_t)i + 1;
        w.last[i] = (int32_t)i - 1;
    }
    for (size_t i = 0; i < n; i++)
        consider(&w, (int32_t)i);
    while (w.n_heap)
        apply(&w, pop(&w));
    for (int32_t i = 0; i >= 0; i = w.next[i])
        lm_ids_add(ids, w.token[i]);
    lm_free(parts);
    lm_free(w.heap);
}

/* ------------------------------------------------------------------ words of a text */

static bool begins(const uint32_t *at, size_t n, const char *ascii)
{
    const size_t len = strlen(ascii);

    for (size_t i = 0; i < len; i++)
        if (i >= n || at[i] != (unsigned char)ascii[i])
            return false;
    return true;
}

/* A token written out: how long it is, and its id; 0 when there is none here. */
static size_t special(const uint32_t *at, size_t n, int32_t *id)
{
    static const char start[] = "<|startoftext|>", end[] = "<|endoftext|>";

    if (at[0] != '<')
        return 0;
    *id = begins(at, n, start) ? LM_TOKEN_START : LM_TOKEN_END;
    return begins(at, n, start) ? sizeof start - 1 : begins(at, n, end) ? sizeof end - 1 : 0;
}

/* 's 't 're 've 'm 'll 'd; the long s counts as s. */
static size_t contraction(const uint32_t *at, size_t n)
{
    static const char *const endings[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };

    if (at[0] != '\'' || n < 2)
        return 0;
    if (at[1] == 0x17F)
        return 2;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (begins(at, n, endings[i]))
            return strlen(endings[i]);
    return 0;
}

/* How many characters the word at `at` has: a contraction, letters, one number, or anything else but white
 * space. 0 at white space. */
static size_t word_length(const uint32_t *at, size_t n)
{
    const enum lm_char_class kind = at[0] == ' ' ? LM_CHAR_SPACE : lm_char_class_of(at[0]);
    size_t                   len = contraction(at, n);

    if (len || kind == LM_CHAR_SPACE)
        return len;
    if (kind == LM_CHAR_NUMBER)
        return 1;
    for (len = 1; len < n; len++) {
        const enum lm_char_class next = lm_char_class_of(at[len]);
        const bool               letter = next == LM_CHAR_LETTER;

        if (next == LM_CHAR_SPACE || next == LM_CHAR_NUMBER || letter != (kind == LM_CHAR_LETTER))
            break;
    }
    return len;
}

static void encode_chars(lm_ids *ids, const uint32_t *at, size_t n)
{
    char *utf8 = lm_alloc(4 * n + 1);

    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        int32_t id;
        size_t  bytes = 0;

        if ((len = special(at + i, n - i, &id))) {
            lm_ids_add(ids, id);
            continue;
        }
        len = word_length(at + i, n - i);
        for (size_t j = 0; j < len; j++)
            bytes += (size_t)lm_char_utf8(at[i + j], utf8 + bytes);
        if (len)
            encode_word(ids, utf8, bytes);
    }
    lm_free(utf8);
}

/* A token written out in a text that was not cleaned yet; as `special`. */
static size_t written_out(const char *s, size_t n, int32_t *id)
{
    uint32_t head[16];
    size_t   k = 0;

    for (; k < n && k < sizeof head / sizeof *head && *s == '<'; k++)
        head[k] = (unsigned char)s[k];
    return k ? special(head, k, id) : 0;
}

/* Cleaning joins what is around dropped characters, but never across a token that was written out. */
void lm_bpe_encode(lm_ids *ids, const char *utf8, size_t n)
{
    lm_chars clean = { 0 };
    size_t   from = 0;

    for (size_t i = 0, len; i <= n; i += len ? len : 1) {
        int32_t id = 0;

        len = i < n ? written_out(utf8 + i, n - i, &id) : 0;
        if (!len && i < n)
            continue;
        clean.n = 0;
        lm_chars_add_clean(&clean, utf8 + from, i - from);
        encode_chars(ids, clean.at, clean.n);
        if (len)
            lm_ids_add(ids, id);
        from = i + len;
    }
    lm_chars_done(&clean);
}
