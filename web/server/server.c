/* server.c: the parts of the server, their life from the first line to the last, and nothing else. */
#include "core/base/clock.h"
#include "web/server/lines.h"
#include "web/server/listing.h"
#include "web/server/part.h"
#include "web/server/templates.h"
#include "web/server/told.h"
#include "web/server/hub.h"
#include "web/server/labelling.h"
#include "web/server/checks.h"
#include "web/server/pictures.h"
#include "web/server/runner.h"
#include "web/server/shared.h"
#include "web/server/outputs.h"
#include "web/server/page.h"
#include "web/server/upload.h"
#include "web/server/users.h"
#include "web/server/versions.h"
#include "web/server/view.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"

static const lm_part *const parts[] = {
    &lm_lines_part, &lm_folders_part, &lm_queue_part, &lm_users_part, &lm_hub_part, &lm_pictures_part,
    &lm_checks_part, &lm_runner_part, &lm_prompt_part, &lm_opening_part, &lm_packing_part, &lm_shared_part, &lm_queueing_part, &lm_ordering_part,
    &lm_health_part,
    &lm_listing_part, &lm_history_part, &lm_jobs_part, &lm_nodes_part, &lm_models_part, &lm_system_part,
    &lm_metrics_part, &lm_openapi_part, &lm_model_list_part, &lm_model_used_part, &lm_about_part, &lm_templates_part,
    &lm_view_part, &lm_upload_part, &lm_covers_part, &lm_settings_part, &lm_userdata_part, &lm_versions_part, &lm_outputs_part, &lm_labelling_part,
    &lm_page_part,
    &lm_exposed_part, &lm_rates_part, &lm_door_part,
};
enum { N_PARTS = sizeof parts / sizeof *parts, RESERVE = 8 << 20 };

struct lm_opened {
    int         n;         /* parts that are open, from the list's beginning */
    int         stopping;  /* the part that is asked to end; -1: none */
    uv_signal_t signals[2];
    lm_route   *routes;    /* of all parts, in their order */
};

lm_server_options lm_server_defaults(void)
{
    return (lm_server_options){
        .base = ".", .port = 8188, .most_prompt = 32u << 20, .most_upload = 100u << 20, .most_pending = 10000, .most_of_client = 5000,
        .keep = LM_KEEP_DEFAULT, .preview_side = 512, .changes_a_minute = 1200, .head_ms = 10000, .body_ms = 30000,
    };
}

/* ------------------------------------------------------------------ routes */

static int count_routes(const lm_route *r)
{
    int n = 0;

    while (r && r[n].handle)
        n++;
    return n;
}

const lm_route *lm_server_routes(lm_server *s)
{
    int n = 0;

    for (int i = 0; i < N_PARTS; i++)
        n += count_routes(parts[i]->routes);
    s->opened->routes = lm_alloc_array((size_t)n + 1, sizeof *s->opened->routes);
    n = 0;
    for (int i = 0; i < N_PARTS; i++) {
        const int more = count_routes(parts[i]->routes);

        if (more)
            memcpy(s->opened->routes + n, parts[i]->routes, (size_t)more * sizeof *s->opened->routes);
        n += more;
    }
    for (int i = 0; i < n; i++)
        if (s->opened->routes[i].body_limit == LM_BODY_PROMPT)
            s->opened->routes[i].body_limit = s->o->most_prompt;
        else if (s->opened->routes[i].body_limit == LM_BODY_UPLOAD)
            s->opened->routes[i].body_limit = s->o->most_upload;
    return s->opened->routes;
}

/* ------------------------------------------------------------------ the end */

/* Goes back through the list: each part's end leads to the next one's. */
void lm_server_stopped(lm_server *s)
{
    struct lm_opened *o = s->opened;

    while (--o->stopping >= 0)
        if (parts[o->stopping]->stop) {
            parts[o->stopping]->stop(s);
            return;
        }
}

void lm_server_leave(lm_server *s)
{
    if (s->leaving)
        return;
    s->leaving = true;
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&s->opened->signals[i], NULL);
    s->opened->stopping = s->opened->n < N_PARTS ? s->opened->n + 1 : N_PARTS; /* one that failed half-way, too */
    lm_server_stopped(s);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    lm_crash_at("server-leaving");
    lm_server_leave(handle->data);
}

static void close_parts(lm_server *s)
{
    for (int i = N_PARTS - 1; i >= 0; i--)
        if (i <= s->opened->n && parts[i]->close)
            parts[i]->close(s);
    lm_free(s->opened->routes);
}

/* ------------------------------------------------------------------ the beginning */

static void watch_signals(lm_server *s)
{
    static const int numbers[2] = { SIGTERM, SIGINT };

    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&s->loop, &s->opened->signals[i]);
        s->opened->signals[i].data = s;
        uv_signal_start(&s->opened->signals[i], on_signal, numbers[i]);
    }
}

static bool open_parts(lm_server *s, limn_error *err)
{
    for (; s->opened->n < N_PARTS; s->opened->n++)
        if (parts[s->opened->n]->open && !parts[s->opened->n]->open(s, err))
            return false;
    lm_crash_at("server-open");
    return true;
}

static void *spare_malloc(size_t bytes)
{
    return lm_spare_realloc(NULL, bytes);
}

static void *spare_calloc(size_t n, size_t size)
{
    size_t bytes;
    void  *memory = __builtin_mul_overflow(n, size, &bytes) ? NULL : lm_spare_realloc(NULL, bytes);

    return memory ? memset(memory, 0, bytes) : NULL;
}

bool lm_server_run(const lm_server_options *options, limn_error *err)
{
    struct lm_opened opened = { .stopping = -1 };
    lm_server        s = { .o = options, .opened = &opened };
    bool             well;

    mallopt(M_MMAP_THRESHOLD, 1 << 20); /* what large bodies and answers took goes back at once */
    uv_replace_allocator(spare_malloc, lm_spare_realloc, spare_calloc, free);
    lm_alloc_keep_reserve(RESERVE);
    s.began_ms = lm_clock_ms();
    uv_loop_init(&s.loop);
    watch_signals(&s);
    well = open_parts(&s, err);
    if (!well)
        lm_server_leave(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    close_parts(&s);
    uv_loop_close(&s.loop);
    return well;
}

bool lm_server_try(const lm_server_options *options, const lm_part *part, limn_error *err)
{
    struct lm_opened opened = { 0 };
    lm_server        s = { .o = options, .opened = &opened };
    bool             well;

    uv_loop_init(&s.loop);
    well = part->open(&s, err);
    if (part->stop)
        part->stop(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    part->close(&s);
    uv_loop_close(&s.loop);
    return well;
}
