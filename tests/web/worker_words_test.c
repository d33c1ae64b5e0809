/* worker_words_test.c: what people are told of a worker's end: from its last lines, from how it ended, from what it did. */
#include "tests/test.h"
#include "web/work/worker_parts.h"

static lm_worker w;

static void begin(lm_worker_why why)
{
    memset(&w, 0, sizeof w);
    w.end.why = why;
}

/* ------------------------------------------------------------------ a crash's sentence */

TEST(a_crash_names_node_class_and_plugin)
{
    static const struct {
        const char *line, *node, *class, *plugin;
    } crashes[] = {
        { "limn: node 3 (Boom): the plugin org.x (p/boom.so) crashed in run: signal 11", "3", "Boom", "org.x" },
        { "limn: node a (b) (Boom): the plugin org.x (boom.so) called exit", "a (b)", "Boom", "org.x" },
        { "limn: node 3 (Boom): the plugin org.x (boom.so) let a C++ exception out", "3", "Boom", "org.x" },
        { "limn: the plugin org.x (boom.so) crashed in load: signal 6", "", "", "org.x" },
        { "limn: node the plugin org.x (boom.so) crashed", "", "", "org.x" },
        { "limn: node 3 (the plugin org.x (boom.so) crashed", "", "", "org.x" },
        { "node 3 (Boom): the plugin org.x (boom.so) crashed", "", "", "" },       /* another program's */
        { "limn: node 3 (Boom): the plugin org.x (boom.so) is slow", "", "", "" }, /* no crash */
        { "limn: it (all) crashed", "", "", "" },                                  /* no plugin */
    };

    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        begin(LM_WORKER_DIED);
        lm_worker_note_line(&w, crashes[i].line);
        WANT_TEXT(w.end.node, crashes[i].node);
        WANT_TEXT(w.end.node_class, crashes[i].class);
        WANT_TEXT(w.end.plugin, crashes[i].plugin);
        WANT_TEXT(w.end.sentence, *crashes[i].plugin ? crashes[i].line + 6 : "");
        WANT_TEXT(w.end.last_words, crashes[i].line);
    }
}

TEST(a_crash_with_names_that_are_too_long_is_cut)
{
    char line[LM_WORKER_LINE] = "limn: node ";

    begin(LM_WORKER_DIED);
    memset(line + 11, 'n', 300);
    strcpy(line + 311, " (");
    memset(line + 313, 'c', 200);
    strcpy(line + 513, "): the plugin ");
    memset(line + 527, 'p', 200);
    strcpy(line + 727, " (boom.so) crashed");
    lm_worker_note_line(&w, line);
    WANT(strlen(w.end.node) == sizeof w.end.node - 1 && strlen(w.end.node_class) == sizeof w.end.node_class - 1);
    WANT(strlen(w.end.plugin) == sizeof w.end.plugin - 1);
}

/* ------------------------------------------------------------------ last words */

TEST(the_oldest_of_its_last_words_go)
{
    char line[LM_WORKER_LINE];

    begin(LM_WORKER_DIED);
    for (int i = 0; i < 5; i++) {
        memset(line, 'a' + i, 400);
        line[400] = '\0';
        lm_worker_note_line(&w, line);
        WANT(strlen(w.end.last_words) < sizeof w.end.last_words);
        WANT(!strcmp(w.end.last_words + strlen(w.end.last_words) - 400, line));
    }
    WANT(!strchr(w.end.last_words, 'b') && strstr(w.end.last_words, "d\ne"));
    memset(line, 'z', sizeof line - 1);
    line[sizeof line - 1] = '\0'; /* as long as a line can be */
    lm_worker_note_line(&w, line);
    WANT(strlen(w.end.last_words) == sizeof w.end.last_words - 1 && !strchr(w.end.last_words, 'e'));
    begin(LM_WORKER_BROKEN);
    strcpy(w.end.last_words, "what it did wrong");
    lm_worker_note_line(&w, "and what it says to that");
    WANT_TEXT(w.end.last_words, "what it did wrong");
}

/* ------------------------------------------------------------------ the sentence */

TEST(each_end_has_its_sentence)
{
    static const struct {
        lm_worker_why why;
        int           status, signal;
        const char   *words;
    } ends[] = {
        { LM_WORKER_LEFT, 0, 0, "the worker left" },
        { LM_WORKER_KILLED, 0, 9, "the worker was ended" },
        { LM_WORKER_SILENT, 0, 9, "the worker said nothing for too long and was ended" },
        { LM_WORKER_LATE, 0, 9, "the worker took too long and was ended" },
        { LM_WORKER_BROKEN, 0, 9, "the worker was ended" },
        { LM_WORKER_UNBORN, 0, 0, "the worker could not be started" },
        { LM_WORKER_DIED, 7, 0, "the worker ended with status 7" },
        { LM_WORKER_DIED, 0, 11, "the worker died of signal 11 (Segmentation fault)" },
        { LM_WORKER_DIED, 0, 9, "the worker died of signal 9 (Killed), as when the system runs out of memory" },
    };
    char sentence[600];

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        begin(ends[i].why);
        w.end.status = ends[i].status;
        w.end.signal = ends[i].signal;
        lm_worker_word(&w);
        WANT_TEXT(w.end.sentence, ends[i].words);
        begin(ends[i].why);
        w.end.status = ends[i].status;
        w.end.signal = ends[i].signal;
        w.end.job = 1;
        strcpy(w.node, "7");
        strcpy(w.node_class, "VAEDecode");
        lm_worker_note_line(&w, "something first");
        if (ends[i].why == LM_WORKER_BROKEN)
            strcpy(w.end.last_words, "last");
        else
            lm_worker_note_line(&w, "limn: last");
        lm_worker_word(&w);
        snprintf(sentence, sizeof sentence, "%s while node 7 (VAEDecode) ran: last", ends[i].words);
        WANT_TEXT(w.end.sentence, sentence);
        WANT_TEXT(w.end.node, "7");
    }
}

/* A crash's own sentence stays, and a node that no job had is not at fault. */
TEST(what_is_known_better_is_kept)
{
    begin(LM_WORKER_DIED);
    w.end.job = 1;
    strcpy(w.node, "7");
    lm_worker_note_line(&w, "limn: node 3 (Boom): the plugin org.x (boom.so) crashed in run: signal 11");
    lm_worker_note_line(&w, "and this came behind it");
    lm_worker_word(&w);
    WANT_TEXT(w.end.node, "3");
    WANT_TEXT(w.end.sentence, "node 3 (Boom): the plugin org.x (boom.so) crashed in run: signal 11");
    begin(LM_WORKER_DIED);
    strcpy(w.node, "7");
    lm_worker_word(&w);
    WANT_TEXT(w.end.node, "");
    WANT_TEXT(w.end.sentence, "the worker ended with status 0");
}

/* Where limn lives is for the log. */
TEST(clients_are_told_no_folders)
{
    static const struct {
        const char *said, *told;
    } paths[] = {
        { "/a/b/c.so: no", "c.so: no" },           { "cannot open /etc/x/secret, it is", "cannot open secret, it is" },
        { "(\"/a/b\")", "(\"b\")" },                { "models/x.safetensors", "models/x.safetensors" },
        { "//x and / and /", "//x and / and /" },  { "in /a/b/ it", "in b/ it" },
        { "x=/a/b'/c/d'", "x=b'd'" },              { "http://a/b", "http://a/b" },
        { "(/) at /, and /a/", "(/) at /, and a/" }, { "/a", "a" },
    };

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        begin(LM_WORKER_DIED);
        lm_worker_note_line(&w, paths[i].said);
        lm_worker_word(&w);
        WANT_TEXT(w.end.last_words, paths[i].told);
    }
}

TEST_MAIN
