/* submit.c: limn submit: a workflow for a server to run. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/cli/commands.h"
#include "core/cli/remote_convert.h"
#include "core/cli/session.h"
#include "core/cli/watch.h"

enum { ID = 37 };

/* A random (version 4) UUID. Source: RFC 9562. */
static bool make_id(char id[ID])
{
    uint8_t b[16];

    if (getrandom(b, sizeof b, 0) != sizeof b)
        return false;
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(id, ID, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4],
             b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return true;
}

/* The body of POST /prompt. */
static void write_order(lm_text *t, lm_workflow *w, const char *id, const char *client, bool front)
{
    char *prompt = lm_workflow_prompt_text(w), *canvas = lm_workflow_canvas_text(w);

    lm_text_printf(t, "{\"prompt_id\": \"%s\", \"client_id\": \"%s\", ", id, client);
    if (front)
        lm_text_puts(t, "\"front\": true, ");
    if (canvas)
        lm_text_printf(t, "\"extra_data\": {\"extra_pnginfo\": {\"workflow\": %s}}, ", canvas);
    lm_text_printf(t, "\"prompt\": %s}", prompt);
    lm_free(prompt);
    lm_free(canvas);
}

/* ------------------------------------------------------------------ what the server finds wrong */

static void add_member(lm_text *t, const char *before, const lm_json *d, lm_json_ref object, const char *key, const char *after)
{
    size_t      n = 0;
    const char *text = lm_json_string(d, lm_json_get(d, object, key), &n);

    if (!text || !n)
        return;
    lm_text_puts(t, before);
    lm_remote_clean(t, text, n, 400);
    lm_text_puts(t, after);
}

/* Details that are the input's name, and nothing new. */
static bool is_input_alone(const lm_json *d, lm_json_ref error)
{
    size_t      n = 0, m = 0;
    const char *name = lm_json_string(d, lm_json_get(d, lm_json_get(d, error, "extra_info"), "input_name"), &n);
    const char *details = lm_json_string(d, lm_json_get(d, error, "details"), &m);

    return name && details && n == m && !memcmp(name, details, n);
}

/* "FILE: node 5 (KSampler), steps: Value not in list: …", a line each. */
static int print_node(const char *file, const lm_json *d, const char *id, size_t n, lm_json_ref node)
{
    const lm_json_ref errors = lm_json_get(d, node, "errors");
    int               count = 0;

    for (lm_json_ref e = lm_json_kind_of(d, errors) == LM_JSON_ARRAY ? lm_json_first(d, errors) : 0; e;
         e = lm_json_next(d, e), count++) {
        lm_text line = { 0 };

        lm_text_printf(&line, "%s: node ", file);
        lm_remote_clean(&line, id, n, 100);
        add_member(&line, " (", d, node, "class_type", ")");
        add_member(&line, ", ", d, lm_json_get(d, e, "extra_info"), "input_name", "");
        add_member(&line, ": ", d, e, "message", "");
        if (!is_input_alone(d, e))
            add_member(&line, ": ", d, e, "details", "");
        fprintf(stderr, "%s\n", line.at);
        lm_text_done(&line);
    }
    return count;
}

static int print_nodes(const char *file, const lm_json *d)
{
    const lm_json_ref nodes = lm_json_get(d, lm_json_root(d), "node_errors");
    int               count = 0;

    for (lm_json_ref k = lm_json_first_key(d, nodes); k; k = lm_json_next(d, k)) {
        size_t      n;
        const char *id = lm_json_string(d, k, &n);

        count += print_node(file, d, id, n, lm_json_value(d, k));
    }
    return count;
}

/* A workflow that the server refuses: its reasons, node by node. */
static int tell_refusal(const char *file, const lm_remote_answer *a, const lm_json *d, limn_error *err)
{
    lm_text words = { 0 };

    *err = (limn_error){ 0 };
    if (!print_nodes(file, d)) {
        lm_remote_words(&words, a);
        fprintf(stderr, "%s: %s\n", file, words.at);
        lm_text_done(&words);
    }
    return LM_EXIT_INVALID;
}

/* ------------------------------------------------------------------ limn submit */

static int post(lm_remote *r, const char *file, const lm_text *order, char id[ID], limn_error *err)
{
    lm_remote_answer a;
    limn_error       ignored = { 0 };
    int              status = lm_remote_ask(r, "POST", "/prompt", order->at, order->size, &a, err);
    lm_json         *d = a.body ? lm_json_read(a.body, a.size, &ignored) : NULL;
    const char      *said = d ? lm_json_c_string(d, lm_json_get(d, lm_json_root(d), "prompt_id")) : NULL;

    if (a.status == 400 && d)
        status = tell_refusal(file, &a, d, err);
    else if (status == LM_EXIT_WELL && (!said || strlen(said) != ID - 1 ||
                                        strspn(said, "0123456789abcdefABCDEF-") != ID - 1)) {
        limn_fail(err, FILE, "%.120s: the answer to POST /prompt names no job", lm_remote_name(r));
        status = LM_EXIT_SERVER;
    } else if (status == LM_EXIT_WELL) {
        memcpy(id, said, ID);
        print_nodes(file, d); /* the rest of it runs */
    } else if (!a.status && a.asked) {
        fprintf(stderr, "limn: note: if the server did hear of it, this is job %s\n", id);
    }
    lm_json_free(d);
    lm_remote_answer_done(&a);
    return status;
}

static int send_and_wait(lm_remote *r, lm_workflow *w, const lm_args *a, limn_error *err)
{
    const bool        waits = lm_args_has(a, "--wait");
    lm_remote_socket *s = NULL;
    lm_text           order = { 0 }, client = { 0 };
    char              id[ID];
    int               status = LM_EXIT_BUG;

    if (make_id(id)) {
        lm_watch_client(&client, id);
        write_order(&order, w, id, client.at, lm_args_has(a, "--front"));
        s = waits ? lm_remote_listen(r, client.at) : NULL;
        status = post(r, a->words[0], &order, id, err);
    }
    if (status == LM_EXIT_WELL && !waits)
        puts(id);
    if (status == LM_EXIT_WELL && waits) {
        if (!lm_args_has(a, "--quiet") && !lm_args_has(a, "--json"))
            fprintf(stderr, "job %s\n", id);
        status = lm_watch(r, s, id, w, a, err);
    }
    lm_remote_socket_close(s);
    lm_text_done(&order);
    lm_text_done(&client);
    return status;
}

static int submit(lm_remote *r, const lm_args *a, limn_error *err)
{
    lm_converting c = { r, a->words[0] };
    lm_session    s;
    lm_workflow  *w = lm_session_open(&s, a, err) ? lm_session_workflow_by(&s, a, lm_remote_convert, &c, err) : NULL;
    int           status = lm_exit_of_asking(err->code);

    if (w) {
        status = send_and_wait(r, w, a, err);
    } else {
        lm_print_error(a->words[0], err);
        *err = (limn_error){ 0 };
    }
    lm_workflow_free(w);
    lm_session_close(&s);
    return status;
}

static int run_submit(const lm_args *a)
{
    return lm_remote_command(a, submit);
}

static const lm_option submit_options[] = {
    { "--wait", NULL, "Wait for its end, as limn watch does, and print the names of its files." },
    { "--front", NULL, "In front of all that waits." },
    { "--set", "NODE.INPUT=VALUE", "Change an input first; may be given several times." },
    { "--seed", "N", "Give every seed of the workflow this value." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_WATCH,
    LM_OPTIONS_REMOTE,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_submit_command = {
    .name = "submit", .words = "FILE", .least = 1, .most = 1, .options = submit_options, .run = run_submit,
    .doc = "Give a server a workflow to run, and print the job's id.\n"
           "FILE is what limn run takes. What a canvas saved is converted by the server, which knows its own nodes, and\n"
           "here when the server is no limn.",
};
