/* bpe.h: CLIP's byte-level BPE: a text becomes token ids. */
#ifndef LM_NODES_MODELS_BPE_H
#define LM_NODES_MODELS_BPE_H

#include <stddef.h>
#include <stdint.h>

/* Token ids. { 0 } is empty. */
typedef struct lm_ids {
    int32_t *at;
    size_t   n, room;
} lm_ids;

void lm_ids_add(lm_ids *ids, int32_t id);
void lm_ids_done(lm_ids *ids);

/* Adds the tokens of n bytes of UTF-8, without start and end; `<|startoftext|>` and `<|endoftext|>`
 * written in it are those tokens. Takes n log n time at most.  Source: Sennrich et al. 2016; Radford et
 * al. 2021; the behaviour of transformers' CLIPTokenizer. */
void lm_bpe_encode(lm_ids *ids, const char *utf8, size_t n);

#endif
