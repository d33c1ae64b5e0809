/* system.c: what machine this is and what the server can: /system_stats, /features, folders. */
#include <string.h>

#include "core/base/system.h"
#include "web/server/hub.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

#define COMFYUI_VERSION "0.3.64" /* whose clients we serve */

static void add_argv(lm_text *out, const char *const *argv)
{
    static const char *const plain[] = { "limn", "serve", NULL };

    lm_text_puts(out, "[");
    for (const char *const *word = argv ? argv : plain; *word; word++) {
        lm_work_quote(out, *word);
        lm_text_puts(out, word[1] ? ", " : "");
    }
    lm_text_puts(out, "]");
}

/* Of this machine, or less where a control group says so. */
static void measure(uint64_t *total, uint64_t *available)
{
    const uint64_t allowed = lm_system_memory();

    *total = uv_get_total_memory();
    *available = uv_get_free_memory();
    if (allowed && allowed < *total)
        *total = allowed;
    if (*available > *total)
        *available = *total;
}

static void stats(lm_request *rq, void *self)
{
    const lm_server *s = self;
    unsigned long long ram[2];
    uint64_t         total, available;
    lm_text          t = { 0 };

    measure(&total, &available);
    ram[0] = total;
    ram[1] = available;
    lm_text_printf(&t, "{\"system\": {\"os\": \"posix\", \"ram_total\": %llu, \"ram_free\": %llu, \"comfyui_version\": \""
                   COMFYUI_VERSION "\", \"installed_templates_version\": null, "
                   "\"required_templates_version\": null, \"python_version\": \"limn " LIMN_VERSION " (C11)\", "
                   "\"pytorch_version\": \"limn " LIMN_VERSION "\", \"embedded_python\": false, \"argv\": ", ram[0], ram[1]);
    add_argv(&t, s->o->argv);
    lm_text_printf(&t, "}, \"devices\": [{\"name\": \"cpu\", \"type\": \"cpu\", \"index\": null, \"vram_total\": %llu, "
                   "\"vram_free\": %llu, \"torch_vram_total\": %llu, \"torch_vram_free\": %llu}]}",
                   ram[0], ram[1], ram[0], ram[1]);
    lm_reply_json(rq, 200, &t);
}

static void features(lm_request *rq, void *self)
{
    const lm_server *s = self;

    lm_reply_json_text(rq, 200, lm_hub_features(s->hub));
}

/* ------------------------------------------------------------------ folders */

static void find_folders(lm_errand *e)
{
    const lm_folders *f = ((lm_look *)e)->folders;
    const char       *kind, *comma = "";

    lm_text_puts(&e->json, "{");
    for (int i = 0; (kind = lm_folders_kind(f, i)); i++) {
        if (lm_folders_working(kind))
            continue;
        lm_text_puts(&e->json, comma);
        comma = ", ";
        lm_work_quote(&e->json, kind);
        lm_text_puts(&e->json, ": ");
        lm_told_roots(&e->json, f, kind);
    }
    lm_text_puts(&e->json, "}");
}

static void folder_paths(lm_request *rq, void *self)
{
    lm_look_go(rq, self, NULL, NULL, find_folders);
}

static void find_files(lm_errand *e)
{
    lm_look *l = (lm_look *)e;
    lm_folder_files files = lm_folders_newest(l->folders, l->kind);

    lm_text_puts(&e->json, "[");
    for (size_t i = 0; i < files.n; i++) {
        lm_text_puts(&e->json, i ? ", " : "");
        lm_work_quote(&e->json, files.at[i].name);
    }
    lm_text_puts(&e->json, "]");
    lm_folder_files_free(&files);
}

static void files(lm_request *rq, void *self)
{
    if (lm_folders_working(lm_request_arg(rq, 0)))
        lm_look_go(rq, self, lm_request_arg(rq, 0), NULL, find_files);
    else
        lm_reply_error(rq, 400, "Invalid directory type");
}

static const lm_route system_routes[] = {
    { .methods = LM_GET, .pattern = "/system_stats", .handle = stats, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/features", .handle = features, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/internal/folder_paths", .handle = folder_paths },
    { .methods = LM_GET, .pattern = "/internal/files/{type}", .handle = files },
    { 0 },
};

const lm_part lm_system_part = { .name = "system", .routes = system_routes };
