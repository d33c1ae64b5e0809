/* name.h: how a saved picture is called.  Source: what ComfyUI's SaveImage does with filename_prefix. */
#ifndef LM_NODES_PICTURE_NAME_H
#define LM_NODES_PICTURE_NAME_H

#include <time.h>

#include <limn/limn.h>

/* A prefix, taken apart: "cats/%year%-%width%" is the sub-folder "cats" and the name "2025-640". */
typedef struct lm_picture_name {
    char *subfolder, *name; /* subfolder "" is the folder itself; name may hold %batch_num% */
} lm_picture_name;

/* %width%, %height%, %year%, %month%, %day%, %hour%, %minute% and %second% are filled in, the rest is made
 * a plain relative path. INPUT when it leads out of the folder.                                  [new] */
bool lm_picture_name_make(const char *prefix, int64_t width, int64_t height, const struct tm *now,
                          lm_picture_name *out, limn_error *err);
void lm_picture_name_done(lm_picture_name *n);

/* "<name>_<counter, 5 digits>_.png", %batch_num% replaced by `index`.                            [new] */
char *lm_picture_file_name(const lm_picture_name *n, int64_t index, int64_t counter);

#endif
