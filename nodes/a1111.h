/* a1111.h: the words that AUTOMATIC1111's web UI writes about a picture ("parameters"), made into a graph.
 *
 *     a red fox (sitting:1.2) <lora:fur:0.8>
 *     Negative prompt: blurry
 *     Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x768, Model: dreams
 *
 * The graph is the one that ComfyUI's canvas makes of such a text when it is dropped there, with what that
 * leaves out: the VAE, BREAK and AND, weights as A1111 reads them, sizes as they are. docs/workflow-format.md
 * says what becomes what. */
#ifndef LM_NODES_A1111_H
#define LM_NODES_A1111_H

#include "core/base/folders.h"
#include "core/base/text.h"

/* Is it such a text: has it a line that begins with "Steps:"? No JSON has one. */
bool lm_a1111_is(const char *text);

/* The graph as JSON in API format. `folders` (NULL: none) says which models, VAEs, LoRAs and embeddings are
 * here; a model is looked for by its name and then by its hash, and stays as it is spelled when it is not
 * found. What cannot be taken over is appended to *notes, a sentence a line. FILE when it is no such text.
 * Source: the text's grammar and the meaning of prompts are A1111's (1.10), the shape of the graph follows
 * ComfyUI's canvas (1.27).                                                                         [new] */
char *lm_a1111_graph(const char *text, lm_folders *folders, lm_text *notes, limn_error *err);

#endif
