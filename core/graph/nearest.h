/* nearest.h: among known names, those that somebody may have meant. */
#ifndef LM_GRAPH_NEAREST_H
#define LM_GRAPH_NEAREST_H

enum { LM_NEAREST_MOST = 8 };

typedef struct lm_nearest {
    const char  *name;
    const char **out; /* nearest first */
    int          most, count, far; /* far: the distance from which on a name is another one */
    int          distances[LM_NEAREST_MOST];
} lm_nearest;

/* Begins a search; `out` has room for `most` names (at most LM_NEAREST_MOST). Then each name is tried. */
lm_nearest lm_nearest_begin(const char *name, const char **out, int most);
void       lm_nearest_try(lm_nearest *n, const char *candidate);

/* Files (NULL-terminated) that may be meant by `name`: first those that differ in folder, separator, extension
 * or case alone, then those that are spelled nearly so. How many, at most `most`. */
int lm_nearest_files(const char *name, const char *const *files, const char **out, int most);

/* Letters to add, drop, change or swap to get from a to b, whatever their case; at least `far` when it is
 * that many or a text has more than 64 bytes.  Source: Damerau 1964, restricted edit distance. */
int lm_edit_distance(const char *a, const char *b, int far);

#endif
