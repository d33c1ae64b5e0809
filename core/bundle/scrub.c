/* scrub.c: no secret and no absolute path leaves with a workflow. */
#include "core/bundle/scrub.h"

#include <ctype.h>
#include <stdio.h>

#include "core/bundle/uses.h"
#include "core/graph/blame.h"

enum { MOST_NAME = 60 }; /* bytes of a name, in what is told */

typedef struct scrub {
    lm_json    *d;
    lm_text    *told;
    limn_error *err;
    bool        failed;
} scrub;

/* ------------------------------------------------------------------ names of secrets */

/* "API-Key" and "apiKey" are one: letters and digits alone, lower-case. */
static void plain_name(const char *name, size_t n, char out[80])
{
    size_t k = 0;

    for (size_t i = 0; i < n && k + 1 < 80; i++)
        if (isalnum((unsigned char)name[i]))
            out[k++] = (char)tolower((unsigned char)name[i]);
    out[k] = 0;
}

static bool names_secret(const char *name, size_t n)
{
    static const char *const within[] = {
        "apikey",   "secret",       "password",   "passwd",     "passphrase", "authtoken", "accesstoken",
        "apitoken", "refreshtoken", "credential", "privatekey", "sessionid",  NULL
    };
    static const char *const whole[] = { "token", "auth", "authorization", "bearer", "cookie", "pwd", NULL };
    char                     plain[80];

    plain_name(name, n, plain);
    for (int i = 0; within[i]; i++)
        if (strstr(plain, within[i]))
            return true;
    for (int i = 0; whole[i]; i++)
        if (!strcmp(plain, whole[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------------ spellings of secrets */

static bool is_key_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '+' || c == '=';
}

/* How many bytes at `at` are a key of a kind that is known by its beginning; 0: none. */
static size_t key_at(const char *at, size_t n)
{
    static const struct {
        const char *begins;
        size_t      least; /* letters behind that */
    } kinds[] = { { "sk-", 20 }, { "hf_", 20 }, { "ghp_", 20 }, { "gho_", 20 }, { "github_pat_", 20 }, { "glpat-", 16 },
                  { "xoxb-", 16 }, { "xoxp-", 16 }, { "AKIA", 16 }, { "AIza", 30 }, { "r8_", 20 }, { "comfyui-", 24 },
                  { "Bearer ", 16 }, { "Basic ", 16 }, { "eyJ", 40 } };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t size = strlen(kinds[i].begins);
        size_t       k = size;

        if (n < size || memcmp(at, kinds[i].begins, size))
            continue;
        while (k < n && is_key_letter(at[k]))
            k++;
        if (k - size >= kinds[i].least)
            return k;
    }
    return 0;
}

/* ------------------------------------------------------------------ paths */

static bool is_drive(const char *at, size_t n)
{
    return n > 3 && isalpha((unsigned char)at[0]) && at[1] == ':' && (at[2] == '\\' || at[2] == '/');
}

static bool begins(const char *at, size_t n, const char *with)
{
    const size_t size = strlen(with);

    return n > size && !memcmp(at, with, size);
}

/* Is the whole text an absolute path? A "/" alone, and "/imagine a cat", are none. */
static bool is_path(const char *at, size_t n)
{
    if (!n || memchr(at, '\n', n) || n > 4096)
        return false;
    if (is_drive(at, n) || begins(at, n, "\\\\") || begins(at, n, "~/") || begins(at, n, "file://"))
        return true;
    return *at == '/' && n > 2 && at[1] != '/' && at[1] != ' ' && memchr(at + 1, '/', n - 1);
}

/* The length of a path into a home that begins here, up to what cannot be in one; 0: none. */
static size_t home_at(const char *at, size_t n)
{
    static const char *const homes[] = { "/home/", "/Users/", "/root/", "/mnt/", "/media/", NULL };
    size_t                   k = 0;
    bool                     is = is_drive(at, n);

    for (int i = 0; homes[i] && !is; i++)
        is = begins(at, n, homes[i]);
    while (is && k < n && !strchr(" \t\n\r\"'<>|*?,;)]}", at[k]))
        k++;
    return k > 6 ? k : 0;
}

static size_t last_part(const char *at, size_t n)
{
    size_t i = n;

    while (i && at[i - 1] != '/' && at[i - 1] != '\\')
        i--;
    return i;
}

/* ------------------------------------------------------------------ texts */

/* What is left of a text, and what went: NULL when all of it may stay. */
static const char *clean(const char *text, size_t n, lm_text *out)
{
    const char *what = NULL;
    bool        inside = false; /* a word, in which nothing begins */

    if (is_path(text, n)) {
        const size_t at = last_part(text, n);

        lm_text_add(out, text + at, n - at);
        return "an absolute path";
    }
    for (size_t i = 0; i < n;) {
        const size_t key = inside ? 0 : key_at(text + i, n - i), path = inside || key ? 0 : home_at(text + i, n - i);

        if (path) {
            const size_t at = last_part(text + i, path);

            lm_text_add(out, text + i + at, path - at);
            what = what ? what : "an absolute path";
        } else if (!key) {
            lm_text_add(out, text + i, 1);
        } else {
            what = "a secret";
        }
        inside = !key && !path && isalnum((unsigned char)text[i]);
        i += key ? key : path ? path : 1;
    }
    return what;
}

static void say(scrub *s, const char *where, const char *what)
{
    lm_text_clean(s->told, where, strlen(where), 120);
    lm_text_printf(s->told, ": %s, left out\n", what);
}

static void replace(scrub *s, lm_json_ref v, const lm_text *text, const char *where, const char *what)
{
    say(s, where, what);
    if (!lm_json_replace_string(s->d, v, lm_text_str(text), text->size, s->err))
        s->failed = true;
}

/* A text somewhere; `secret` because of its name. */
static void scrub_text(scrub *s, lm_json_ref v, bool secret, const char *where)
{
    lm_text     left = { 0 };
    size_t      n = 0;
    const char *text = lm_json_string(s->d, v, &n), *what;

    if (!text || !n)
        return;
    what = secret ? "a secret" : clean(text, n, &left);
    if (what)
        replace(s, v, &left, where, what);
    lm_text_done(&left);
}

/* ------------------------------------------------------------------ the document */

/* Everything below v, as deep as the reader lets a text be. */
static void scrub_value(scrub *s, lm_json_ref v, bool secret, lm_text *where)
{
    const lm_json     *d = s->d;
    const lm_json_kind kind = lm_json_kind_of(d, v);
    const size_t       n = where->size;
    int                i = 0;

    if (kind == LM_JSON_STRING)
        scrub_text(s, v, secret, lm_text_str(where));
    if (kind != LM_JSON_ARRAY && kind != LM_JSON_OBJECT)
        return;
    for (lm_json_ref k = lm_json_first(d, v); k && !s->failed; k = lm_json_next(d, k), i++) {
        size_t      size = 0;
        const char *key = kind == LM_JSON_OBJECT ? lm_json_string(d, k, &size) : NULL;

        if (key)
            lm_text_printf(where, "%s%.*s", n ? "." : "", (int)lm_text_fit(key, size, MOST_NAME), key);
        else
            lm_text_printf(where, "[%d]", i);
        scrub_value(s, key ? lm_json_value(d, k) : lm_json_resolve(d, k), secret || (key && names_secret(key, size)),
                    where);
        where->size = n;
        where->at[n] = 0;
    }
}

/* Widgets are told apart by place in what a canvas saves, so their names come from the tables. */
static void scrub_widget(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                         const limn_input *row, lm_json_ref v)
{
    scrub  *s = self;
    lm_text where = { 0 };

    (void)row;
    if (names_secret(input, input_size) && !s->failed) {
        lm_text_printf(&where, "node %.*s, %.*s", (int)lm_text_fit(node, node_size, MOST_NAME), node,
                       (int)lm_text_fit(input, input_size, MOST_NAME), input);
        scrub_text(s, v, true, lm_text_str(&where));
        lm_text_done(&where);
    }
}

bool lm_scrub(lm_json *d, const lm_canvas_env *env, lm_text *told, limn_error *err)
{
    scrub         s = { .d = d, .told = told, .err = err };
    const lm_uses uses = { .self = &s, .value = scrub_widget };
    lm_text       where = { 0 };

    if (!lm_uses_walk(d, env, &uses, err))
        return false;
    lm_text_puts(&where, "");
    scrub_value(&s, lm_json_root(d), false, &where);
    lm_text_done(&where);
    return !s.failed;
}
