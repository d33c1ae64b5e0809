/* hub_lws.c: all that knows libwebsockets (4.1.6): one context on our loop, one vhost that does not listen, one
 * protocol. It has no HTTP to read but the request of hub_join.c's making.
 *
 * Found out: a close with a code is sent only when it is begun outside a callback; what a send could not take is copied
 * inside, one frame at most, and no callback for writing comes before it went; the context is destroyed twice, the
 * second time when the loop has ended. It calls ordinary steps errors, so its words are for debugging alone. */
#include <libwebsockets.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "web/server/hub_inside.h"

_Static_assert(LM_HUB_PRE >= LWS_PRE, "a frame's head has room");

enum {
    READ_BYTES = 1024,         /* at once, of one socket; each has so much memory for it */
    SEND_BYTES = 256 * 1024,   /* at once; less would be copied first */
    LEAST_FILES = 16 * 1024,   /* descriptors that we would like to have */
    MOST_FILES = 64 * 1024,    /* libwebsockets has 16 bytes for each that there may be */
    HEADER_BYTES = 1024,       /* of our own request */
    ROOM_BEHIND_HEADERS = 16,
};

struct lm_hub_lws {
    struct lws_context  *context;
    struct lws_vhost    *vhost;
    struct lws_protocols protocols[2];
    lws_retry_bo_t       silence;
    void                *loops[1];
    lm_hub_socket       *joining; /* whose request is read now */
};

/* ------------------------------------------------------------------ its words */

static char last_words[256];

static void hear_words(int level, const char *line)
{
    const size_t n = strcspn(line, "\n");

    lm_log(LM_LOG_DEBUG, "libwebsockets: %.*s", (int)n, line);
    if (level == LLL_ERR)
        snprintf(last_words, sizeof last_words, "%.*s", (int)n, line);
}

/* ------------------------------------------------------------------ callbacks */

static void begin(struct lws *wsi, lm_hub_socket *s)
{
    if (s && !lws_get_opaque_user_data(wsi)) {
        s->refs++;
        lws_set_opaque_user_data(wsi, s);
    }
}

static void end(struct lws *wsi, lm_hub_socket *s)
{
    if (!s)
        return;
    lws_set_opaque_user_data(wsi, NULL);
    lm_hub_leave(s);
    lm_hub_socket_unref(s);
}

static int add_protocol(const lm_hub_socket *s, struct lws_process_html_args *a)
{
    int n;

    if (!s || !*s->protocol)
        return 0;
    n = snprintf(a->p, (size_t)a->max_len, "Sec-WebSocket-Protocol: %s\r\n", s->protocol);
    if (n < 0 || n >= a->max_len - ROOM_BEHIND_HEADERS)
        return -1;
    a->p += n;
    return 0;
}

static int opened(struct lws *wsi, lm_hub_socket *s)
{
    if (!s)
        return -1;
    s->wsi = wsi;
    lm_hub_enter(s);
    lm_hub_greet(s);
    return 0;
}

static int heard(struct lws *wsi, lm_hub_socket *s, const void *bytes, size_t n)
{
    const lm_heard piece = { .piece = { bytes, n }, .left = lws_remaining_packet_payload(wsi),
                             .last = lws_is_final_fragment(wsi), .binary = lws_frame_is_binary(wsi) };
    int            code;

    if (!s || s->closing)
        return 0;
    lws_validity_confirmed(wsi);
    if (!(code = lm_hub_hear(s, &piece)))
        return 0;
    lm_hub_forget(s);
    s->closing = true;
    lws_close_reason(wsi, (enum lws_close_status)code, NULL, 0);
    return -1;
}

static int closed_by_peer(lm_hub_socket *s)
{
    if (s) {
        lm_hub_forget(s);
        s->closing = true;
    }
    return 0;
}

static lm_hub *hub_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static lm_hub_socket *socket_of(struct lws *wsi)
{
    return lws_get_opaque_user_data(wsi);
}

static int callback(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t n)
{
    (void)user;
    switch ((int)why) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        begin(wsi, hub_of(wsi)->lws->joining);
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: return socket_of(wsi) ? 0 : -1;
    case LWS_CALLBACK_ADD_HEADERS: return add_protocol(socket_of(wsi), in);
    case LWS_CALLBACK_ESTABLISHED: return opened(wsi, socket_of(wsi));
    case LWS_CALLBACK_RECEIVE: return heard(wsi, socket_of(wsi), in, n);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return !socket_of(wsi) || socket_of(wsi)->closing || lm_hub_send(socket_of(wsi)) ? 0 : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: return closed_by_peer(socket_of(wsi));
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        end(wsi, socket_of(wsi));
        return 0;
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_RAW_ADOPT: return -1;
    default: return 0;
    }
}

/* ------------------------------------------------------------------ what the hub asks */

void lm_hub_lws_adopt(lm_hub *h, lm_hub_socket *s, int fd, const char *request, size_t n)
{
    h->lws->joining = s;
    lws_adopt_socket_vhost_readbuf(h->lws->vhost, fd, request, n);
    h->lws->joining = NULL;
}

void lm_hub_lws_wake(lm_hub_socket *s)
{
    lws_callback_on_writable(s->wsi);
}

bool lm_hub_lws_write(lm_hub_socket *s, lm_note *n)
{
    return lws_write(s->wsi, n->room + LM_HUB_PRE, n->n, n->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) >= (int)n->n;
}

bool lm_hub_lws_full(lm_hub_socket *s)
{
    return lws_partial_buffered(s->wsi);
}

void lm_hub_lws_farewell(lm_hub_socket *s)
{
    lws_close_reason(s->wsi, LWS_CLOSE_STATUS_GOINGAWAY, NULL, 0);
    lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

void lm_hub_lws_shut(lm_hub_socket *s)
{
    shutdown(lws_get_socket_fd(s->wsi), SHUT_RDWR);
}

/* ------------------------------------------------------------------ life */

static void mind_files(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r))
        return;
    if (r.rlim_cur < LEAST_FILES)
        r.rlim_cur = r.rlim_max < LEAST_FILES ? r.rlim_max : LEAST_FILES;
    if (r.rlim_cur > MOST_FILES)
        r.rlim_cur = MOST_FILES;
    setrlimit(RLIMIT_NOFILE, &r);
}

static void describe(lm_hub *h, uv_loop_t *loop, struct lws_context_creation_info *i)
{
    lm_hub_lws *l = h->lws;

    l->loops[0] = loop;
    l->protocols[0] = (struct lws_protocols){ .name = "limn", .callback = callback, .rx_buffer_size = READ_BYTES,
                                              .tx_packet_size = SEND_BYTES };
    l->silence = (lws_retry_bo_t){ .secs_since_valid_ping = (uint16_t)h->limits.ping_s,
                                   .secs_since_valid_hangup = (uint16_t)h->limits.dead_s };
    *i = (struct lws_context_creation_info){
        .port = CONTEXT_PORT_NO_LISTEN_SERVER, .protocols = l->protocols, .foreign_loops = l->loops, .user = h,
        .gid = -1, .uid = -1, .retry_and_idle_policy = &l->silence, .max_http_header_data2 = HEADER_BYTES,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8,
    };
}

bool lm_hub_lws_open(lm_hub *h, uv_loop_t *loop, limn_error *err)
{
    struct lws_context_creation_info i;

    h->lws = lm_alloc(sizeof *h->lws);
    mind_files();
    lws_set_log_level(LLL_ERR | LLL_WARN, hear_words);
    describe(h, loop, &i);
    h->lws->context = lws_create_context(&i);
    if (h->lws->context && (h->lws->vhost = lws_create_vhost(h->lws->context, &i)))
        return true;
    return limn_fail(err, FILE, "WebSockets cannot be had (is libwebsockets-evlib-uv installed?): %s", last_words);
}

void lm_hub_lws_leave(lm_hub *h)
{
    if (h->lws && h->lws->context)
        lws_context_destroy(h->lws->context);
}

void lm_hub_lws_close(lm_hub *h)
{
    if (h->lws && h->lws->context)
        lws_context_destroy(h->lws->context);
    lm_free(h->lws);
    h->lws = NULL;
}
