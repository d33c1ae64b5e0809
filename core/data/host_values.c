/* host_values.c: what limn does for a node, but for graphs and tensors. */
#include "core/base/log.h"
#include "core/data/host.h"

void lm_host_preview(limn_call *call, const uint8_t *rgb, int width, int height)
{
    if (rgb && width > 0 && height > 0 && lm_call_env(call)->previews)
        lm_call_tell(call, (lm_event){ .kind = LM_EV_PREVIEW, .rgb = rgb, .width = width, .height = height });
}

void lm_host_log(limn_call *call, limn_log_level level, const char *text)
{
    lm_log((lm_log_level)level, "%.40s: %s", lm_call_of(call)->node_class, text);
}

bool lm_host_stopped(limn_call *call)
{
    return lm_call_stopped(call);
}

int lm_host_open(limn_call *call, const char *folder, const char *name, limn_error *err)
{
    lm_folders *f = lm_call_env(call)->folders;

    if (f)
        return lm_folders_open(f, folder, name, err);
    limn_fail(err, FILE, "there are no folders to open %.100s in", name);
    return -1;
}
