/* worker_end.c: words for the end of a worker. */
#include <stdio.h>
#include <string.h>

#include "web/work/worker_parts.h"

/* ------------------------------------------------------------------ the crash's sentence */

static void copy(char *to, size_t room, const char *from, size_t size)
{
    snprintf(to, room, "%.*s", (int)(size < room ? size : room - 1), from);
}

/* "limn: node 3 (Boom): the plugin org.example.boom (plugins/boom.so) crashed in run: …". An id may hold anything, so
 * what is looked for is the last class in front of the plugin. */
static void note_node(lm_worker *w, const char *from, const char *plugin)
{
    static const char begins[] = "limn: node ";
    const char       *open = NULL;

    if (strncmp(from, begins, sizeof begins - 1))
        return;
    from += sizeof begins - 1;
    for (const char *at = from; (at = strstr(at, " (")) && at < plugin; at++)
        open = at;
    if (!open || plugin - open < 5)
        return;
    copy(w->end.node, sizeof w->end.node, from, (size_t)(open - from));
    copy(w->end.node_class, sizeof w->end.node_class, open + 2, (size_t)(plugin - open) - 5); /* "): " stands behind it */
}

static bool is_crash(const char *line)
{
    return !strncmp(line, "limn: ", 6) &&
           (strstr(line, ") crashed") || strstr(line, ") called exit") || strstr(line, ") let a C++ exception out"));
}

void lm_worker_note_line(lm_worker *w, const char *line)
{
    char *const  words = w->end.last_words;
    const size_t room = sizeof w->end.last_words, size = strlen(line) + 1;
    const char  *plugin = strstr(line, "the plugin ");
    size_t       have = strlen(words);

    if (w->end.why == LM_WORKER_BROKEN)
        return; /* what it did wrong stands there */
    if (have + size >= room) { /* the oldest goes */
        const size_t gone = have + size - room + 1 < have ? have + size - room + 1 : have;

        memmove(words, words + gone, have - gone + 1);
        have -= gone;
    }
    snprintf(words + have, room - have, "%s%s", have ? "\n" : "", line);
    if (!plugin || !is_crash(line))
        return;
    snprintf(w->end.sentence, sizeof w->end.sentence, "%s", line + 6);
    copy(w->end.plugin, sizeof w->end.plugin, plugin + 11, strcspn(plugin + 11, " "));
    note_node(w, line, plugin);
}

/* ------------------------------------------------------------------ the sentence */

static const char *last_line(const char *words)
{
    const char *line = strrchr(words, '\n');

    line = line ? line + 1 : words;
    return strncmp(line, "limn: ", 6) ? line : line + 6;
}

static void say_how(const lm_worker *w, char *how, size_t room)
{
    const lm_worker_end *e = &w->end;

    switch (e->why) {
    case LM_WORKER_LEFT: snprintf(how, room, "the worker left"); break;
    case LM_WORKER_KILLED: snprintf(how, room, "the worker was ended"); break;
    case LM_WORKER_SILENT: snprintf(how, room, "the worker said nothing for too long and was ended"); break;
    case LM_WORKER_LATE: snprintf(how, room, "the worker took too long and was ended"); break;
    case LM_WORKER_BROKEN: snprintf(how, room, "the worker was ended"); break;
    case LM_WORKER_UNBORN: snprintf(how, room, "the worker could not be started"); break;
    case LM_WORKER_DIED:
        if (e->signal)
            snprintf(how, room, "the worker died of signal %d (%s)%s", e->signal, strsignal(e->signal),
                     e->signal == 9 ? ", as when the system runs out of memory" : "");
        else
            snprintf(how, room, "the worker ended with status %d", e->status);
    }
}

static bool begins_path(const char *text, const char *at)
{
    return *at == '/' && at[1] > ' ' && at[1] != '/' && (at == text || strchr(" \t\n(\"'=:", at[-1]));
}

/* "/a/b/c.so" becomes "c.so", "/a/b/" becomes "b/": where limn lives is for the log, not for clients. */
static void shorten_paths(char *text)
{
    char *to = text;

    for (const char *at = text; *at; *to++ = *at++)
        if (begins_path(text, at)) {
            const size_t n = strcspn(at, " \t\n)\"':,;");

            if (n > 1)
                at = (const char *)memrchr(at, '/', n - 1) + 1;
        }
    *to = 0;
}

void lm_worker_word(lm_worker *w)
{
    lm_worker_end *e = &w->end;
    const char    *words;
    char           how[160], where[420] = "";

    shorten_paths(e->last_words);
    shorten_paths(e->sentence);
    if (!*e->node && e->job) {
        memcpy(e->node, w->node, sizeof e->node);
        memcpy(e->node_class, w->node_class, sizeof e->node_class);
    }
    if (*e->plugin)
        return; /* the crash's own sentence */
    words = last_line(e->last_words);
    say_how(w, how, sizeof how);
    if (e->job && *e->node)
        snprintf(where, sizeof where, " while node %s (%s) ran", e->node, e->node_class);
    snprintf(e->sentence, sizeof e->sentence, "%s%s%s%.640s", how, where, *words ? ": " : "", words);
}
