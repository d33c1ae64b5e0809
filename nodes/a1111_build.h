/* a1111_build.h: a graph that is being built from A1111's words: a1111_write.c writes its nodes, a1111.c the first
 * walk, a1111_second.c the second. */
#ifndef LM_NODES_A1111_BUILD_H
#define LM_NODES_A1111_BUILD_H

#include "nodes/a1111_parts.h"

/* An output of a node. */
typedef struct lm_a1111_ref {
    int node, slot;
} lm_a1111_ref;

typedef struct lm_a1111_nodes {
    lm_text json;
    int     n; /* nodes so far; their ids are 1, 2, … */
} lm_a1111_nodes;

/* What one walk takes. */
typedef struct lm_a1111_walk {
    lm_a1111_ref positive, negative, latent;
    const char  *sampler, *scheduler;
    double       steps, cfg, denoise;
} lm_a1111_walk;

typedef struct lm_a1111_builder {
    lm_a1111_nodes       g;
    const lm_a1111_text *text;
    lm_folders          *folders;
    lm_text             *notes;
    lm_a1111_reading     reading;
    lm_a1111_ref         bare_model, bare_clip; /* before LoRAs */
    lm_a1111_ref         model, clip, vae;
} lm_a1111_builder;

/* ------------------------------------------------------------------ a1111_write.c: a node begins, has inputs, ends */

void lm_a1111_begin(lm_a1111_nodes *g, const char *class_name);
void lm_a1111_key(lm_a1111_nodes *g, const char *name); /* its value is written by the caller */
void lm_a1111_put_link(lm_a1111_nodes *g, const char *name, lm_a1111_ref r);
void lm_a1111_put_text(lm_a1111_nodes *g, const char *name, const char *text);
void lm_a1111_put_number(lm_a1111_nodes *g, const char *name, double x);
lm_a1111_ref lm_a1111_end(lm_a1111_nodes *g); /* its first output */

/* ------------------------------------------------------------------ a1111.c */

const char *lm_a1111_said(const lm_a1111_builder *b, const char *name); /* NULL: not there [lends] */
/* The file of a kind, or the name as it is spelled.                                            [new] */
char *lm_a1111_file_of(const lm_a1111_builder *b, const char *kind, const char *name);
/* A node of two links. */
lm_a1111_ref lm_a1111_join(lm_a1111_builder *b, const char *class_name, const char *first, lm_a1111_ref x,
                           const char *second, lm_a1111_ref y);
void lm_a1111_add_prompts(lm_a1111_builder *b, const char *positive, const char *negative, lm_a1111_walk *w);
lm_a1111_ref lm_a1111_add_sampler(lm_a1111_builder *b, const lm_a1111_walk *w);

/* ------------------------------------------------------------------ a1111_second.c */

lm_a1111_ref lm_a1111_second_pass(lm_a1111_builder *b, lm_a1111_ref latent, const lm_a1111_walk *first, long width,
                                  long height);

#endif
