/* model_used.c: GET /limn/models/used: for how many pictures each model of a kind was used, as far as their prompts are
 * known (labelling.h): a picture counts where a field of its prompt had the file's name, once. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/labelling.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

typedef struct used {
    size_t pictures, last; /* of the labels, counted from 1, the last that named it */
} used;

typedef struct counting {
    lm_errand   e;
    lm_folders *folders;
    lm_labels  *labels; /* NULL: nothing is known of any picture */
    const char *kind;   /* the request's */

    char      **names;  /* in the order of their bytes; NULL ends them */
    size_t      n, label;
    used       *of;     /* each name */
} counting;

/* `line` is `n` bytes and has no end of its own. */
static int against(const char *line, size_t n, const char *name)
{
    const int order = strncmp(line, name, n);

    return order ? order : -(name[n] != '\0');
}

/* NULL: it is no model's name. */
static used *find(const counting *c, const char *line, size_t n)
{
    for (size_t from = 0, to = c->n; from < to;) {
        const size_t middle = from + (to - from) / 2;
        const int    order = against(line, n, c->names[middle]);

        if (!order)
            return &c->of[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* A label's words are lines, and a field's value is one. */
static void count_one(void *self, const char *words)
{
    counting *c = self;

    c->label++;
    for (size_t n; *words; words += n + (words[n] != '\0')) {
        used *u = find(c, words, n = strcspn(words, "\n"));

        if (u && u->last != c->label) {
            u->last = c->label;
            u->pictures++;
        }
    }
}

static void tell(lm_text *out, const counting *c)
{
    const char *comma = "";

    lm_text_puts(out, "{\"files\": [");
    for (size_t i = 0; i < c->n; i++)
        if (c->of[i].pictures) {
            lm_text_printf(out, "%s{\"name\": ", comma);
            lm_work_quote(out, c->names[i]);
            lm_text_printf(out, ", \"pictures\": %zu}", c->of[i].pictures);
            comma = ", ";
        }
    lm_text_puts(out, "]}");
}

static void count(lm_errand *e)
{
    counting *c = (counting *)e;

    c->names = lm_folders_names(c->folders, c->kind);
    while (c->names[c->n])
        c->n++;
    c->of = lm_try_alloc((c->n + 1) * sizeof *c->of);
    if (c->of) {
        if (c->labels && c->n)
            lm_labels_words(c->labels, c, count_one);
        tell(&e->json, c);
    } else
        lm_errand_refuse(e, 503, "there is no memory to count with");
    lm_free(c->of);
    lm_folders_names_free(c->names);
}

static void get_used(lm_request *rq, void *self)
{
    lm_server  *s = self;
    const char *kind = lm_request_query(rq, "folder");
    counting   *c;

    if (!kind || !lm_folders_known(s->folders, kind) || lm_folders_working(kind)) {
        lm_reply_error(rq, 404, "there is no such kind of models");
        return;
    }
    c = lm_errand_new(rq, sizeof *c, count, lm_errand_answer);
    if (!c)
        return;
    c->folders = s->folders;
    c->labels = lm_labelling_labels(s);
    c->kind = kind;
    lm_labelling_read(s);
    lm_errand_go(&c->e);
}

static const lm_route model_used_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/models/used", .handle = get_used },
    { 0 },
};

const lm_part lm_model_used_part = { .name = "model_used", .routes = model_used_routes };
