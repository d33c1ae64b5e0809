/* canvas_kind.c: the classes that only canvases know, and what becomes of them. A new one is a row here. */
#include "core/graph/canvas_parts.h"

static const struct {
    const char    *name;
    lm_canvas_kind kind;
} kinds[] = {
    /* the front end's own */
    { "Note", LM_CANVAS_DROP },
    { "MarkdownNote", LM_CANVAS_DROP },
    { "Reroute", LM_CANVAS_FOLLOW },
    { "PrimitiveNode", LM_CANVAS_VALUE },
    /* KJNodes, Easy Use */
    { "SetNode", LM_CANVAS_SET },
    { "GetNode", LM_CANVAS_GET },
    { "easy setNode", LM_CANVAS_SET },
    { "easy getNode", LM_CANVAS_GET },
    /* rgthree */
    { "Reroute (rgthree)", LM_CANVAS_FOLLOW },
    { "Label (rgthree)", LM_CANVAS_DROP },
    { "Bookmark (rgthree)", LM_CANVAS_DROP },
    { "Fast Bypasser (rgthree)", LM_CANVAS_DROP },
    { "Fast Muter (rgthree)", LM_CANVAS_DROP },
    { "Fast Groups Bypasser (rgthree)", LM_CANVAS_DROP },
    { "Fast Groups Muter (rgthree)", LM_CANVAS_DROP },
    { "Fast Actions Button (rgthree)", LM_CANVAS_DROP },
    { "Mute / Bypass Relay (rgthree)", LM_CANVAS_DROP },
    { "Mute / Bypass Repeater (rgthree)", LM_CANVAS_DROP },
    { "Random Unmuter (rgthree)", LM_CANVAS_DROP },
    { "Node Collector (rgthree)", LM_CANVAS_DROP },
    /* Use Everywhere */
    { "Anything Everywhere", LM_CANVAS_SEND },
    { "Anything Everywhere3", LM_CANVAS_SEND },
    { "Anything Everywhere?", LM_CANVAS_SEND_TO },
    { "Prompts Everywhere", LM_CANVAS_SEND_TWO },
};

lm_canvas_kind lm_canvas_kind_of(const char *class_name, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == size && !memcmp(kinds[i].name, class_name, size))
            return kinds[i].kind;
    return LM_CANVAS_REAL;
}
