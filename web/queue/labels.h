/* labels.h: what is known of pictures that jobs made, so that they are found by words: a small database beside the
 * queue's own, labels.sqlite. All of it can be made again from the history and from the pictures themselves, so a
 * damaged one is begun anew, and what it cannot say costs nothing but the finding.
 *
 * A label belongs to one state of a file, by its path and the time of its bytes: a file that was replaced has none, one
 * that was put away and brought back has its own again. Safe from any thread; all of it may wait for the disk. */
#ifndef LM_WEB_LABELS_H
#define LM_WEB_LABELS_H

#include <limn/limn.h>

#include "core/base/text.h"
#include "web/queue/states.h"

enum { LM_LABELS_MOST = 120000, LM_LABEL_WORDS = 16 << 10 }; /* labels: the oldest leave; bytes of one's words */

typedef struct lm_labels lm_labels;

/* In that folder, which is there. FILE when it cannot be opened.                                             [new] */
lm_labels *lm_labels_open(const char *folder, limn_error *err);
/* Before all else, once: reads which files have labels. How far the history was followed; 0 for one that is begun anew. */
int64_t    lm_labels_load(lm_labels *l);
void       lm_labels_close(lm_labels *l); /* welcomes NULL */

typedef struct lm_label {
    const char *path;          /* from the output folder */
    int64_t     modified_ms;   /* of its bytes, since 1970 */
    const char *job, *name;    /* the job's id and its workflow's name; "": not known */
    const char *words;         /* all by which it is found */
} lm_label;

/* One commit. `followed`: how far the history was read, a job's `ended`; < 0: as before. False: it was not kept. */
bool lm_labels_put(lm_labels *l, const lm_label *at, size_t n, int64_t followed);

/* Is there a label of this state of the file? */
bool lm_labels_has(lm_labels *l, const char *path, int64_t modified_ms);
/* Appends the job's id and the workflow's name; false: there is no label. */
bool lm_labels_tell(lm_labels *l, const char *path, int64_t modified_ms, lm_text *job, lm_text *name);

/* Those whose words have all of these, which stand with blanks between them, whatever the case of a to z; without
 * memory some are missing.                                                                                   [new] */
lm_states lm_labels_find(lm_labels *l, const char *words);
/* Does a text have all of them? */
bool lm_words_all_in(const char *words, const char *text);

/* Calls `each` for every workflow's name with its newest label, `words` left out. Others wait meanwhile: it asks neither the
 * disk nor these labels. */
void lm_labels_newest(lm_labels *l, void *self, void (*each)(void *self, const lm_label *label));
/* Calls `each` with the words of every label; the same holds. */
void lm_labels_words(lm_labels *l, void *self, void (*each)(void *self, const char *words));

#endif
