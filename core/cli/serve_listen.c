/* serve_listen.c: where limn serve listens, and whom its names let in. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/serve_options.h"

enum { MOST_ADDRESSES = 16, MOST_HOSTS = 64, MOST_NAME = 256 };

/* ------------------------------------------------------------------ addresses */

/* In containers there may be no IPv6; what was not asked for by name is left out then. */
static bool has_ipv6(void)
{
    const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
    const int                 fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool                has = fd >= 0 && !bind(fd, (const struct sockaddr *)&any, sizeof any);

    if (fd >= 0)
        close(fd);
    return has;
}

static bool is_loopback(const char *address)
{
    struct in_addr  four;
    struct in6_addr six;

    if (inet_pton(AF_INET, address, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &six) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127));
}

static bool is_address(const char *text)
{
    struct in6_addr any;

    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

static bool add_address(lm_serving *s, const char *at, size_t n, limn_error *err)
{
    char *address;
    bool  well = true;

    while (n && *at == ' ')
        at++, n--;
    while (n && at[n - 1] == ' ')
        n--;
    address = n == 9 && !strncmp(at, "localhost", n) ? lm_copy_text("127.0.0.1") : lm_copy_bytes(at, n);
    if (!is_address(address))
        well = limn_fail(err, INPUT, "--listen %.60s: an address in figures is wanted, as 127.0.0.1 or ::1", address);
    else if (s->listen.n == MOST_ADDRESSES)
        well = limn_fail(err, INPUT, "--listen: these are more than %d addresses", MOST_ADDRESSES);
    else if (!lm_words_has(&s->listen, address))
        lm_words_add(&s->listen, address);
    lm_free(address);
    return well;
}

/* "127.0.0.1,::1"; "" is every address of this machine. */
static bool add_addresses(lm_serving *s, const char *list, limn_error *err)
{
    bool well = true;

    if (!*list)
        list = has_ipv6() ? "0.0.0.0,::" : "0.0.0.0";
    for (size_t n; well && *list; list += n + (list[n] == ',')) {
        n = strcspn(list, ",");
        well = add_address(s, list, n, err);
    }
    return well;
}

static bool keeps_strangers_out(lm_serving *s, const lm_args *a, limn_error *err)
{
    for (int i = 0; i < s->listen.n; i++) {
        if (is_loopback(s->listen.at[i]) || s->token)
            continue;
        if (!lm_args_has(a, "--insecure-listen"))
            return limn_fail(err, INPUT, "--listen %s: whoever reaches that address could use this server; give "
                             "--auth-token-file FILE, or --insecure-listen when something else keeps strangers out",
                             s->listen.at[i]);
        s->o.exposed = true;
    }
    return true;
}

/* ------------------------------------------------------------------ names */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

/* NAME, NAME:PORT, and the same with [::1]; what follows it, or NULL. */
static const char *after_name(const char *text)
{
    size_t n = strspn(text, letters);

    if (*text == '[')
        n = strspn(text + 1, "0123456789abcdefABCDEF:.") + 2;
    if (!n || n > MOST_NAME || strlen(text) < n || (*text == '[' && text[n - 1] != ']'))
        return NULL;
    text += n;
    if (*text == ':')
        text += 1 + strspn(text + 1, "0123456789");
    return text[-1] == ':' ? NULL : text;
}

static bool read_hosts(lm_serving *s, const lm_args *a, limn_error *err)
{
    const char *host, *end;

    for (int i = 0; (host = lm_args_each(a, "--allowed-host", i)); i++) {
        end = after_name(host);
        if (!end || *end || i == MOST_HOSTS)
            return limn_fail(err, INPUT, "--allowed-host %.80s: NAME or NAME:PORT is wanted, as limn.example.org, at most %d "
                             "times", host, MOST_HOSTS);
        lm_words_add(&s->hosts, host);
    }
    s->o.allowed_hosts = lm_words_list(&s->hosts);
    return true;
}

static bool read_cors(lm_serving *s, const lm_args *a, limn_error *err)
{
    const char *origin = lm_args_value(a, "--enable-cors-header"), *host = NULL, *end;

    if (!origin || !*origin || !strcmp(origin, "*")) {
        s->o.cors = origin ? "*" : NULL;
        return true;
    }
    if (!strncmp(origin, "http://", 7))
        host = origin + 7;
    else if (!strncmp(origin, "https://", 8))
        host = origin + 8;
    end = host ? after_name(host) : NULL;
    if (!end || *end)
        return limn_fail(err, INPUT, "--enable-cors-header %.80s: an origin is wanted, as https://limn.example.org, without "
                         "a path", origin);
    s->o.cors = origin;
    return true;
}

bool lm_serving_listen(lm_serving *s, const lm_args *a, limn_error *err)
{
    const char *list;
    bool        well = true;

    for (int i = 0; well && (list = lm_args_each(a, "--listen", i)); i++)
        well = add_addresses(s, list, err);
    if (!s->listen.n)
        lm_words_add(&s->listen, "127.0.0.1");
    s->o.listen = lm_words_list(&s->listen);
    return well && keeps_strangers_out(s, a, err) && read_hosts(s, a, err) && read_cors(s, a, err);
}
