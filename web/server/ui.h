/* ui.h: the page that was built into the program: web/ui, as files that are deflated already. Nothing of it where the
 * build went without (LIMN_UI). */
#ifndef LM_WEB_SERVER_UI_H
#define LM_WEB_SERVER_UI_H

#include "web/http/http_request.h"

typedef struct lm_ui_file {
    const char *name;     /* "index.html", "assets/…" */
    const char *tag;      /* of its bytes, in quotes */
    const char *at;
    size_t      n, whole; /* bytes here, and inflated */
    bool        deflated; /* gzip */
} lm_ui_file;

/* Written by scripts/cmake/embed_ui.py; a row of zeros ends it. */
extern const lm_ui_file lm_ui_files[];
extern const int        lm_ui_files_n;

/* The bytes of a deflated one into f->whole bytes; false when they are damaged. */
bool lm_ui_inflate(const lm_ui_file *f, char *to);

typedef struct lm_ui lm_ui;

lm_ui *lm_ui_new(void);                                                       /* [new] */
void   lm_ui_free(lm_ui *ui);

/* Answers with that file, "" being index.html, under the policy that binds the page to this server; false and no answer
 * when there is none.                                                                                          [loop] */
bool lm_ui_send(lm_ui *ui, lm_request *rq, const char *name);

#endif
