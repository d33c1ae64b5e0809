/* json.h: reads and writes the text of workflows. Other JSON is jansson's; this reader keeps what jansson
 * loses: the order of keys, the spelling of numbers (seeds are unsigned 64-bit), and keys nobody knows.
 *
 *     lm_json    *d = lm_json_read(text, size, &err);            // or a sentence with line and column
 *     lm_json_ref seed = lm_json_get(d, lm_json_get(d, lm_json_root(d), "inputs"), "seed");
 *     if (lm_json_to_uint(d, seed, &value)) ...
 *
 * A document is two pieces of memory: a private copy of the text, in which strings are decoded in place,
 * and an array of 16-byte nodes in the order of the text. A value is named by its place in that array; 0
 * names no value, and every accessor answers "absent" to it, so that look-ups chain without tests.
 *
 * What is read: RFC 8259, UTF-8 with or without a byte order mark. Two liberties, because Python writes
 * them: NaN, Infinity and -Infinity are numbers (they are written back as null), and \ud800 without its
 * other half is a character (it is written back as it came). A key that appears twice in one object is
 * refused: readers disagree about which one counts.  */
#ifndef LM_GRAPH_JSON_H
#define LM_GRAPH_JSON_H

#include <string.h>

#include "core/base/text.h"
#include <limn/limn.h>

enum {
    LM_JSON_MAX_DEPTH = 100,
    LM_JSON_MAX_BYTES = 32 << 20,
    LM_JSON_MAX_NODES = 8 << 20 /* values and keys: 128 MiB of nodes */
};

typedef enum lm_json_kind {
    LM_JSON_ABSENT,
    LM_JSON_NULL,
    LM_JSON_FALSE,
    LM_JSON_TRUE,
    LM_JSON_NUMBER,
    LM_JSON_STRING,
    LM_JSON_ARRAY,
    LM_JSON_OBJECT,
    LM_JSON_MOVED /* never seen by callers: an edit put the value elsewhere */
} lm_json_kind;

typedef uint32_t lm_json_ref;

/* One value. A member of an object is two nodes: its key (a STRING), then its value. Children follow their
 * container at once; `next` leads from element to element and from key to key, 0 ends. */
typedef struct lm_json_node {
    const char *text;      /* STRING: decoded, with a NUL after it; NUMBER: its spelling, no NUL */
    uint32_t    size : 28; /* bytes of text; children; MOVED: where to */
    uint32_t    kind : 4;
    lm_json_ref next;
} lm_json_node;

typedef struct lm_json {
    lm_json_node        *nodes; /* [0] is the absent value */
    uint32_t             count, room;
    struct lm_json_more *more;  /* the texts that nodes point into */
} lm_json;

/* `text` need not end in a NUL. FILE with "line 3, column 14: …" when it is not JSON; MEMORY.    [new] */
lm_json *lm_json_read(const char *text, size_t size, limn_error *err);
void     lm_json_free(lm_json *d);

/* ------------------------------------------------------------------ reading */

static inline lm_json_ref lm_json_resolve(const lm_json *d, lm_json_ref v)
{
    while (d->nodes[v].kind == LM_JSON_MOVED)
        v = d->nodes[v].size;
    return v;
}

static inline lm_json_ref lm_json_root(const lm_json *d)
{
    return lm_json_resolve(d, 1);
}

static inline lm_json_kind lm_json_kind_of(const lm_json *d, lm_json_ref v)
{
    return (lm_json_kind)d->nodes[lm_json_resolve(d, v)].kind;
}

/* Elements of an array, members of an object; 0 for anything else. */
static inline uint32_t lm_json_count(const lm_json *d, lm_json_ref v)
{
    v = lm_json_resolve(d, v);
    return d->nodes[v].kind == LM_JSON_ARRAY || d->nodes[v].kind == LM_JSON_OBJECT
               ? d->nodes[v].size : 0;
}

/* Walking: the first child and the one after it. What is no object has no first key, so that a key always has its
 * value.     for (k = lm_json_first_key(d, o); k; k = lm_json_next(d, k)) … lm_json_value(d, k) … */
static inline lm_json_ref lm_json_first(const lm_json *d, lm_json_ref v)
{
    v = lm_json_resolve(d, v);
    return lm_json_count(d, v) ? v + 1 : 0;
}

static inline lm_json_ref lm_json_first_key(const lm_json *d, lm_json_ref v)
{
    return lm_json_kind_of(d, v) == LM_JSON_OBJECT ? lm_json_first(d, v) : 0;
}

static inline lm_json_ref lm_json_next(const lm_json *d, lm_json_ref v)
{
    return d->nodes[v].next;
}

/* Of a key, and of nothing else. */
static inline lm_json_ref lm_json_value(const lm_json *d, lm_json_ref key)
{
    return key ? lm_json_resolve(d, key + 1) : 0;
}

static inline const char *lm_json_text_of(const lm_json *d, lm_json_ref v, lm_json_kind kind, size_t *size)
{
    const lm_json_node *n = &d->nodes[lm_json_resolve(d, v)];
    const bool          is = n->kind == kind;

    if (size)
        *size = is ? n->size : 0;
    return is ? n->text : NULL;
}

/* The key of a member, or a string: decoded UTF-8 with a NUL after its *size bytes; NULs may be inside, and
 * half a surrogate pair is three bytes as UTF-8 would have them. NULL, and 0 bytes, for other kinds.   [lends] */
static inline const char *lm_json_string(const lm_json *d, lm_json_ref v, size_t *size)
{
    return lm_json_text_of(d, v, LM_JSON_STRING, size);
}

/* A number as it is spelled; not NUL-terminated. NULL, and 0 bytes, for other kinds.            [lends] */
static inline const char *lm_json_number(const lm_json *d, lm_json_ref v, size_t *size)
{
    return lm_json_text_of(d, v, LM_JSON_NUMBER, size);
}

/* Is it a string, or a key, of just this text? */
static inline bool lm_json_is(const lm_json *d, lm_json_ref v, const char *text)
{
    size_t      n;
    const char *at = lm_json_string(d, v, &n);

    return at && n == strlen(text) && !memcmp(at, text, n);
}

static inline bool lm_json_key_is(const lm_json *d, lm_json_ref key, const char *text, size_t size)
{
    return d->nodes[key].size == size && !memcmp(d->nodes[key].text, text, size);
}

/* The value under `key`, or element i; 0 when there is none. */
lm_json_ref lm_json_get(const lm_json *d, lm_json_ref object, const char *key);
lm_json_ref lm_json_at(const lm_json *d, lm_json_ref array, uint32_t i);

/* Exactly, or false: "3" and "3.0" and "3e2" are integers, "3.5" and 2^64 are not. */
bool lm_json_to_int(const lm_json *d, lm_json_ref v, int64_t *out);
bool lm_json_to_uint(const lm_json *d, lm_json_ref v, uint64_t *out);
bool lm_json_to_bool(const lm_json *d, lm_json_ref v, bool *out);
/* The nearest double, as strtod rounds; false when it is not a number. Too large reads as infinity. */
bool lm_json_to_double(const lm_json *d, lm_json_ref v, double *out);
/* Is the number spelled without '.', 'e' and letters, so that Python reads an int? */
bool lm_json_is_integer(const lm_json *d, lm_json_ref v);

/* A string that C code can take: NULs and halves of surrogate pairs are U+FFFD. NULL for other kinds. It
 * lives as long as the document.                                                             [lends] */
const char *lm_json_c_string(lm_json *d, lm_json_ref v);

/* ------------------------------------------------------------------ editing */

/* Gives `key` of `object` a new value (the key is added at the end when it is not there): JSON text, or a
 * string. References to the old value are then worth nothing; texts that were lent stay. */
bool lm_json_set(lm_json *d, lm_json_ref object, const char *key, const char *json, size_t size,
                 limn_error *err);
bool lm_json_set_string(lm_json *d, lm_json_ref object, const char *key, const char *text, size_t size,
                        limn_error *err);

/* Gives a string another text. */
bool lm_json_replace_string(lm_json *d, lm_json_ref v, const char *text, size_t size, limn_error *err);

/* ------------------------------------------------------------------ writing */

typedef enum lm_json_style {
    LM_JSON_COMPACT = 0,
    LM_JSON_SPACES  = 1 << 0, /* ", " and ": ", as Python writes by default */
    LM_JSON_ASCII   = 1 << 1  /* \uXXXX for what is not ASCII: what fits a PNG's tEXt chunk */
} lm_json_style;

/* Appends the value. Numbers come out with the bytes they came with, strings newly escaped. */
void lm_json_write(const lm_json *d, lm_json_ref v, unsigned style, lm_text *out);
/* Appends a text as a JSON string, quotes included. */
void lm_json_write_string(const char *text, size_t size, unsigned style, lm_text *out);

#endif
