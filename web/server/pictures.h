/* pictures.h: pictures outside jobs: previews and channels of /view, masks of the editor, covers of models. They are
 * decoded by `limn work --pictures`, a process with its own ceiling of memory and no rights, started when it is first
 * asked and let go when it has been idle for a while. */
#ifndef LM_WEB_SERVER_PICTURES_H
#define LM_WEB_SERVER_PICTURES_H

#include "web/server/part.h"

typedef struct lm_pictures lm_pictures;

typedef enum lm_picture_want {
    LM_PICTURE_WEBP, LM_PICTURE_JPEG,          /* a preview, of this quality; */
    LM_PICTURE_RGB,                            /* a PNG without alpha; */
    LM_PICTURE_ALPHA,                          /* a PNG of black with the picture's alpha; */
    LM_PICTURE_MASK                            /* a PNG of `fd` with the alpha of `mask`, and fd's texts */
} lm_picture_want;

typedef struct lm_picture_order {
    lm_picture_want want;
    int             fd, mask;                  /* regular files; taken. mask -1: none */
    int             quality;                   /* 1 … 100 */
    int             side;                      /* the longer one is at most so long; 0: as it is */
    bool            flat;                      /* alpha is left out */
} lm_picture_order;

/* `status` 200, or why not: 415 what is no picture, 413 too large, 503 no process or too many wait. `bytes` are lent. */
typedef struct lm_picture_made {
    int         status;
    const char *words, *bytes;
    size_t      n;
} lm_picture_made;
typedef void lm_picture_fn(void *self, const lm_picture_made *m);

/* Answered once, later. */
void lm_pictures_make(lm_pictures *p, const lm_picture_order *o, lm_picture_fn *fn, void *self);

extern const lm_part lm_pictures_part;

#endif
