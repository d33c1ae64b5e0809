/* a1111_parts.h: what the files of a1111.h share: a1111_fields.c takes the text apart, a1111_prompt.c reads
 * prompts with a1111_edits.c and a1111_weights.c, a1111_names.c finds samplers and files; a1111_build.h is about the
 * graph. */
#ifndef LM_NODES_A1111_PARTS_H
#define LM_NODES_A1111_PARTS_H

#include "nodes/a1111.h"

/* Appends a sentence to the notes, once. */
LIMN_PRINTF(2, 3) void lm_a1111_note(lm_text *notes, const char *fmt, ...);

/* ------------------------------------------------------------------ the text */

typedef struct lm_a1111_text {
    char *prompt, *negative; /* trimmed */
    struct {
        char *key, *value; /* the key in small letters; quoted values without their quotes */
    } *fields;
    int n_fields;
} lm_a1111_text;

bool        lm_a1111_read(lm_a1111_text *t, const char *text); /* false: it is no such text */
void        lm_a1111_done(lm_a1111_text *t);
const char *lm_a1111_field(const lm_a1111_text *t, const char *key); /* NULL: not there     [lends] */
/* A number in the field, or `otherwise`. */
double lm_a1111_number(const lm_a1111_text *t, const char *key, double otherwise);
/* "512x768". */
bool   lm_a1111_size(const char *value, long *width, long *height);

/* ------------------------------------------------------------------ prompts */

typedef enum lm_emphasis { LM_EMPHASIS_WEIGHTS, LM_EMPHASIS_IGNORED, LM_EMPHASIS_LITERAL } lm_emphasis;

/* What the parts of a prompt between ANDs say; each is encoded by itself, and so is each of its chunks between
 * BREAKs. */
typedef struct lm_a1111_part {
    char **chunks; /* spelled as ComfyUI reads prompts */
    int    n_chunks;
    double weight;
} lm_a1111_part;

typedef struct lm_a1111_lora {
    char  *name;
    double model, clip; /* strengths */
} lm_a1111_lora;

typedef struct lm_a1111_prompt {
    lm_a1111_part *parts;
    lm_a1111_lora *loras;
    int            n_parts, n_loras;
    bool           weighted; /* some weight is not 1 */
} lm_a1111_prompt;

typedef struct lm_a1111_reading {
    lm_emphasis emphasis;
    double      steps;      /* of the walk: "[a:b:8]" changes after the eighth */
    bool        joined;     /* does AND join? Not in a negative prompt */
    char      **embeddings; /* names of files, NULL-terminated; NULL: none */
    lm_text    *notes;
} lm_a1111_reading;

/* Always at least one part with one chunk. */
void lm_a1111_prompt_read(lm_a1111_prompt *out, const char *text, const lm_a1111_reading *how);
void lm_a1111_prompt_done(lm_a1111_prompt *p);

bool lm_a1111_is_word(char c); /* a letter, a digit, and whatever is not ASCII */
/* Does the word stand at s[i], by itself? A number that all n bytes are. */
bool lm_a1111_word_at(const char *s, size_t i, size_t n, const char *word);
bool lm_a1111_number_at(const char *s, size_t n, double *out);

/* The words without [from:to:when] and [this|that].                                            [new] */
char *lm_a1111_without_edits(const char *s, const lm_a1111_reading *how);

/* The chunks of such words. *weighted becomes true when some weight is not 1. */
void lm_a1111_write_part(lm_a1111_part *part, const char *s, const lm_a1111_reading *how, bool *weighted);

/* ------------------------------------------------------------------ names */

/* ComfyUI's names for a sampler and schedule; `type` (may be NULL) is the field "Schedule type". A name that
 * ComfyUI has no word for becomes euler or normal, with a note.                               [lends] */
void lm_a1111_sampler(const char *name, const char *type, const char **sampler, const char **scheduler,
                      lm_text *notes);

/* The file of a kind that a text calls `name`: with or without extension and folders, in any case, or its
 * beginning. NULL: there is none.                                                              [new] */
char *lm_a1111_file(lm_folders *f, const char *kind, const char *name);
/* The file whose quoted hash this is (8 digits: AutoV1; 10: AutoV2; 12: AutoV3). NULL: none.   [new] */
char *lm_a1111_file_by_hash(lm_folders *f, const char *kind, const char *hash, lm_text *notes);

#endif
