/* remote.c: asks a server over HTTP. */
#include "core/cli/remote_socket.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/session.h"
#include "core/cli/token.h"

enum { CONNECT_S = 10, SILENT_S = 60, MOST_ANSWER = LM_JSON_MAX_BYTES };

struct lm_remote {
    CURL  *curl;
    char  *url;   /* without a '/' at its end */
    char  *name;  /* the same without user and path */
    char  *token; /* NULL: none */
    struct curl_slist *headers;
    bool   local; /* this machine: no proxy stands between */
    char   words[CURL_ERROR_SIZE];
};

/* ------------------------------------------------------------------ whom to ask */

static bool is_local(const char *host)
{
    struct in_addr four;

    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return !strcmp(host, "localhost") || !strcmp(host, "[::1]") || !strcmp(host, "::1");
}

/* A part of the URL, "" when it has none.                                                           [new] */
static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
    char *text = NULL, *out;

    out = lm_copy_text(curl_url_get(u, what, &text, flags) ? "" : text);
    curl_free(text);
    return out;
}

static bool take_apart(lm_remote *r, CURLU *u)
{
    char   *scheme = part(u, CURLUPART_SCHEME, 0), *host = part(u, CURLUPART_HOST, 0);
    char   *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT), *query = part(u, CURLUPART_QUERY, 0);
    bool    well = (!strcmp(scheme, "http") || !strcmp(scheme, "https")) && *host && !*query;
    lm_text name = { 0 };

    lm_text_printf(&name, "%s://%s:%s", scheme, host, port);
    r->name = lm_text_take(&name);
    r->local = is_local(host);
    r->url = part(u, CURLUPART_URL, 0);
    for (size_t n = strlen(r->url); n && r->url[n - 1] == '/'; n--)
        r->url[n - 1] = 0;
    if (r->token && !r->local && !strcmp(scheme, "http"))
        fprintf(stderr, "limn: note: %s: the token goes there unencrypted; https:// would hide it\n", r->name);
    lm_free(scheme);
    lm_free(host);
    lm_free(port);
    lm_free(query);
    return well;
}

static bool read_url(lm_remote *r, const char *url)
{
    CURLU *u = curl_url();
    bool   well = u && !curl_url_set(u, CURLUPART_URL, url, 0) && !curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) &&
                take_apart(r, u);

    curl_url_cleanup(u);
    return well;
}

static struct curl_slist *headers_of(const lm_remote *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    lm_text            line = { 0 };

    list = curl_slist_append(list, "Expect:");
    if (r->token) {
        lm_text_printf(&line, "Authorization: Bearer %s", r->token);
        list = curl_slist_append(list, line.at);
        lm_token_free(lm_text_take(&line));
    }
    return list;
}

int lm_remote_open(lm_remote **out, const lm_args *a, limn_error *err)
{
    const char *url = lm_args_value(a, "--server");
    lm_remote  *r = *out = lm_alloc(sizeof *r);

    if (!url)
        url = getenv("LIMN_SERVER");
    if (!url || !*url)
        url = "http://127.0.0.1:8188";
    r->token = lm_token_read(a, err);
    if (err->code != LIMN_OK)
        return LM_EXIT_FILE;
    if (!read_url(r, url)) {
        limn_fail(err, INPUT, "--server %.200s: a URL is wanted, as http://127.0.0.1:8188 or https://limn.example.org", url);
        return LM_EXIT_USAGE;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    r->curl = curl_easy_init();
    r->headers = headers_of(r);
    if (r->curl)
        return LM_EXIT_WELL;
    limn_fail(err, MEMORY, "no memory to ask a server");
    return LM_EXIT_NO_MEMORY;
}

void lm_remote_close(lm_remote *r)
{
    if (!r)
        return;
    curl_slist_free_all(r->headers);
    curl_easy_cleanup(r->curl);
    lm_token_free(r->token);
    lm_free(r->url);
    lm_free(r->name);
    lm_free(r);
}

const char *lm_remote_name(const lm_remote *r)
{
    return r->name;
}

void lm_remote_escape(lm_text *t, const char *text)
{
    for (; *text; text++)
        if (strchr("-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *text))
            lm_text_add(t, text, 1);
        else
            lm_text_printf(t, "%%%02X", (unsigned)(unsigned char)*text);
}

/* ------------------------------------------------------------------ one request */

/* What of an answer has come. */
typedef struct incoming {
    lm_remote      *remote;
    lm_text         body;    /* of answers in memory, and of those that say no */
    uint64_t        got, most;
    bool            too_large;
    lm_remote_sink *sink;    /* NULL: into memory */
    void           *self;
    limn_error     *err;
    bool            refused; /* by the sink */
} incoming;

static size_t receive(char *at, size_t one, size_t n, void *self)
{
    incoming *in = self;
    long      status = 0;

    (void)one;
    curl_easy_getinfo(in->remote->curl, CURLINFO_RESPONSE_CODE, &status);
    in->got += n;
    in->too_large = in->got > in->most || (in->sink && status / 100 != 2 && in->got > MOST_ANSWER);
    if (in->too_large)
        return CURL_WRITEFUNC_ERROR;
    if (!in->sink || status / 100 != 2) {
        lm_text_add(&in->body, at, n);
        return n;
    }
    in->refused = !in->sink(in->self, at, n, in->err);
    return in->refused ? CURL_WRITEFUNC_ERROR : n;
}

/* What every connection of ours has in common. */
static void prepare_connection(const lm_remote *r, CURL *c)
{
    const char *trusted = getenv("SSL_CERT_FILE"); /* as other programs on OpenSSL have it */

    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    if (trusted && *trusted)
        curl_easy_setopt(c, CURLOPT_CAINFO, trusted);
    if (r->local)
        curl_easy_setopt(c, CURLOPT_PROXY, "");
}

static void prepare(lm_remote *r, const char *path, incoming *in)
{
    lm_text url = { 0 };

    lm_text_printf(&url, "%s%s", r->url, path);
    curl_easy_reset(r->curl); /* connections stay */
    prepare_connection(r, r->curl);
    curl_easy_setopt(r->curl, CURLOPT_URL, url.at);
    curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(r->curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* a proxy does not hear the token */
    curl_easy_setopt(r->curl, CURLOPT_USERAGENT, "limn/" LIMN_VERSION);
    curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(r->curl, CURLOPT_LOW_SPEED_TIME, (long)SILENT_S);
    curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, r->words);
    curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, in);
    r->words[0] = 0;
    lm_text_done(&url);
}

static int tell_failure(lm_remote *r, CURLcode code, const incoming *in, limn_error *err)
{
    const char *words = r->words[0] ? r->words : curl_easy_strerror(code);

    if (in->refused)
        return LM_EXIT_FILE;
    if (in->too_large)
        limn_fail(err, FILE, "%.120s: an answer of more than %llu MB, which is not taken", r->name,
                  (unsigned long long)(in->most >> 20));
    else if (code == CURLE_COULDNT_CONNECT)
        limn_fail(err, FILE, "%.120s: nobody answers there; limn serve starts a server, --server URL names another one",
                  r->name);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        limn_fail(err, FILE, "%.120s: no answer came in time", r->name);
    else
        limn_fail(err, FILE, "%.120s: %.200s", r->name, words);
    return LM_EXIT_SERVER;
}

static int tell_status(lm_remote *r, const lm_remote_answer *a, limn_error *err)
{
    lm_text words = { 0 };
    char   *where = NULL;

    lm_remote_words(&words, a);
    curl_easy_getinfo(r->curl, CURLINFO_REDIRECT_URL, &where);
    if (a->status / 100 == 3)
        limn_fail(err, FILE, "%.120s sends us elsewhere (%d), to %.160s; give that server as --server", r->name, a->status,
                  where ? where : "an unknown place");
    else if (a->status == 401)
        limn_fail(err, FILE, "%.120s %s", r->name, r->token ? "does not know this token (401)"
                                                          : "wants a token (401): --auth-token-file FILE");
    else if (a->status == 403)
        limn_fail(err, FILE, "%.120s lets nobody in by that name, or not from here (403): %.160s", r->name, words.at);
    else
        limn_fail(err, FILE, "%.120s says no (%d): %.200s", r->name, a->status, words.at);
    lm_text_done(&words);
    return LM_EXIT_SERVER;
}

/* Performs what is prepared. */
static int perform(lm_remote *r, incoming *in, lm_remote_answer *out, limn_error *err)
{
    const CURLcode code = curl_easy_perform(r->curl);
    long           status = 0, request = 0;

    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(r->curl, CURLINFO_REQUEST_SIZE, &request);
    out->asked = request > 0;
    out->status = code ? 0 : (int)status;
    out->size = in->body.size;
    out->body = lm_text_take(&in->body);
    if (code)
        return tell_failure(r, code, in, err);
    return status / 100 == 2 ? LM_EXIT_WELL : tell_status(r, out, err);
}

int lm_remote_ask(lm_remote *r, const char *method, const char *path, const char *json, size_t n, lm_remote_answer *out,
                  limn_error *err)
{
    incoming in = { .remote = r, .most = MOST_ANSWER, .err = err };

    *out = (lm_remote_answer){ 0 };
    prepare(r, path, &in);
    if (strcmp(method, "GET")) {
        curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
        curl_easy_setopt(r->curl, CURLOPT_POSTFIELDS, json ? json : "");
        curl_easy_setopt(r->curl, CURLOPT_CUSTOMREQUEST, method);
    }
    return perform(r, &in, out, err);
}

int lm_remote_load(lm_remote *r, const char *path, uint64_t most, lm_remote_sink *sink, void *self, limn_error *err)
{
    incoming         in = { .remote = r, .most = most, .sink = sink, .self = self, .err = err };
    lm_remote_answer a = { 0 };
    int              status;

    prepare(r, path, &in);
    status = perform(r, &in, &a, err);
    lm_remote_answer_done(&a);
    return status;
}

/* ------------------------------------------------------------------ a connection by itself */

/* The path of the server's URL ("" or "/comfy"), and its host as a request names it. */
static void begin_head(const lm_remote *r, const char *path, lm_text *head)
{
    const char *host = strstr(r->url, "://"), *rest;

    host = host ? host + 3 : r->url;
    rest = host + strcspn(host, "/");
    for (const char *at; (at = memchr(host, '@', (size_t)(rest - host)));)
        host = at + 1;
    lm_text_printf(head, "GET %s%s HTTP/1.1\r\nHost: %.*s\r\n", rest, path, (int)(rest - host), host);
    if (r->token)
        lm_text_printf(head, "Authorization: Bearer %s\r\n", r->token);
}

void *lm_remote_connect(lm_remote *r, const char *path, lm_text *head)
{
    CURL *c = curl_easy_init();

    if (!c)
        return NULL;
    prepare_connection(r, c);
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, 1L);
    begin_head(r, path, head);
    if (!curl_easy_perform(c))
        return c;
    curl_easy_cleanup(c);
    return NULL;
}
