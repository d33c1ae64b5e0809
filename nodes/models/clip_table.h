/* clip_table.h: the tokenizer's tables. scripts/make-clip-table writes clip_table.c at build time; they are
 * read in place, so that starting costs nothing. */
#ifndef LM_NODES_MODELS_CLIP_TABLE_H
#define LM_NODES_MODELS_CLIP_TABLE_H

#include <stdint.h>

/* Token ids: 0..255 a byte, 256..511 a byte at the end of a word, 512.. the merges, older ones first. */
enum { LM_CLIP_WORD_END = 256 };
extern const uint16_t lm_clip_byte_token[]; /* [256] */

/* Merges by their left token: those of `l` are [first[l], first[l + 1]), with `right` rising. */
extern const uint16_t lm_clip_merge_first[]; /* [49407] */
extern const uint16_t lm_clip_merge_right[], lm_clip_merge_token[]; /* [48894] */

/* What a character is to the tokenizer. */
enum lm_char_class { LM_CHAR_DROP, LM_CHAR_SPACE, LM_CHAR_LETTER, LM_CHAR_NUMBER, LM_CHAR_OTHER };

/* What a character is to a capital sigma beside it: ignored ones are looked through. */
enum lm_char_case { LM_CHAR_UNCASED, LM_CHAR_CASED, LM_CHAR_CASE_IGNORED };

/* Runs of characters: first code point << 8 | value, rising; the value holds up to the next run. */
extern const uint32_t lm_clip_class_runs[]; /* enum lm_char_class */
extern const uint32_t lm_clip_mark_runs[];  /* canonical combining class */
extern const uint32_t lm_clip_case_runs[];  /* enum lm_char_case */
extern const int      lm_clip_n_class_runs, lm_clip_n_mark_runs, lm_clip_n_case_runs;

/* The zeros of all scripts, rising; their nine other digits follow each. */
extern const uint32_t lm_clip_zeros[];
extern const int      lm_clip_n_zeros;

typedef struct lm_char_pair {
    uint32_t from, to;
} lm_char_pair;
typedef struct lm_char_triple {
    uint32_t key, a, b;
} lm_char_triple;

extern const lm_char_pair   lm_clip_lower[];    /* by .from */
extern const lm_char_triple lm_clip_parts[];    /* .key decomposes into .a and .b (0: into .a alone) */
extern const lm_char_triple lm_clip_composed[]; /* .key followed by .a composes to .b */
extern const int            lm_clip_n_lower, lm_clip_n_parts, lm_clip_n_composed;

#endif
