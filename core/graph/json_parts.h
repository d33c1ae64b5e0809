/* json_parts.h: what the reader of JSON shares with the document, and nobody else needs. */
#ifndef LM_GRAPH_JSON_PARTS_H
#define LM_GRAPH_JSON_PARTS_H

#include "core/graph/json.h"

enum { LM_JSON_PADDING = 8 }; /* NULs that must follow a text which is read */

/* A text that nodes point into: the one that was read, and what edits brought. */
struct lm_json_more {
    struct lm_json_more *next;
    char                 text[];
};

/* Reads one value, decoding strings inside `copy` (size bytes and LM_JSON_PADDING NULs), as new nodes of d;
 * `source` is the same text, untouched, for finding lines. The value, or 0 and *err; d then has nodes that
 * nothing refers to. */
lm_json_ref lm_json_parse(lm_json *d, char *copy, const char *source, size_t size, limn_error *err);

/* The first byte from s on that is a quote, a backslash, a control character or not ASCII. The text ends in
 * LM_JSON_PADDING NULs. */
char *lm_json_skip_plain(char *s);

/* Decodes the rest of a string in place, from *at on. NULL: then *at is its closing quote and *end where the
 * decoded text ends; or what is wrong at *at. */
const char *lm_json_decode(char **at, char **end);

/* A new node at the end; 0 and MEMORY when there is no room. */
lm_json_ref lm_json_add(lm_json *d, lm_json_kind kind, const char *text, size_t size, limn_error *err);

#endif
