/* view_facts.c: GET /limn/file: how large a file of input, output or temp is, and how many pixels a picture among them has. */
#include <errno.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/errand.h"
#include "web/server/outputs.h"
#include "web/server/picture_size.h"
#include "web/server/reply.h"
#include "web/server/view.h"

typedef struct asking {
    lm_errand   e;
    lm_file_ref ref;
    uint8_t     head[LM_PICTURE_HEAD];
} asking;

static void look(lm_errand *e)
{
    asking       *a = (asking *)e;
    lm_tree_entry there = { 0 };

    if (!lm_tree_look(a->ref.root, a->ref.name.at, &there)) {
        lm_errand_fail(e, errno);
    } else if (there.folder) {
        lm_errand_fail(e, ENOENT);
    } else {
        lm_text_printf(&e->json, "{\"size\": %llu, \"mtime\": %lld", (unsigned long long)there.bytes,
                       (long long)there.modified_ms);
        lm_output_size(&e->json, a->ref.root, a->ref.name.at, a->head);
        lm_text_puts(&e->json, "}");
    }
}

static void answer(lm_errand *e)
{
    lm_errand_answer_fresh(e);
    lm_file_ref_done(&((asking *)e)->ref);
}

void lm_view_facts(lm_request *rq, void *self)
{
    const char *words;
    lm_file_ref ref;
    const int   status = lm_file_ref_read(self, lm_request_query(rq, "filename"), lm_request_query(rq, "subfolder"),
                                          lm_request_query(rq, "type"), "output", &ref, &words);
    asking     *a;

    if (status) {
        lm_reply_status(rq, status, words);
    } else if (!(a = lm_errand_new(rq, sizeof *a, look, answer))) {
        lm_file_ref_done(&ref);
    } else {
        a->ref = ref;
        lm_errand_go(&a->e);
    }
}
