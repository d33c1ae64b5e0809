/* types.c: what a user's file is, and how it may be served. */
#include "web/server/types.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "web/server/file_name.h"

typedef struct bytes {
    const char *at;
    size_t      n;
} bytes;

static bool has(bytes b, size_t offset, const char *mark, size_t n)
{
    return b.n >= offset + n && !memcmp(b.at + offset, mark, n);
}
#define HAS(b, offset, mark) has(b, offset, mark, sizeof(mark) - 1)

/* ------------------------------------------------------------------ by bytes */

/* The first four bytes of a frame of MPEG audio, layer III.  Source: ISO/IEC 11172-3, 2.4.2.3. */
static bool is_mp3(bytes b)
{
    const unsigned char *p = (const unsigned char *)b.at;

    if (HAS(b, 0, "ID3"))
        return b.n >= 10 && p[3] < 0xff && p[4] < 0xff && !((p[6] | p[7] | p[8] | p[9]) & 0x80);
    return b.n >= 4 && p[0] == 0xff && (p[1] & 0xe6) == 0xe2 && (p[1] & 0x18) != 0x08 && (p[2] & 0xf0) != 0xf0 &&
           (p[2] & 0xf0) && (p[2] & 0x0c) != 0x0c;
}

static bool is_webm(bytes b)
{
    const size_t look = b.n < 64 ? b.n : 64;

    return HAS(b, 0, "\x1a\x45\xdf\xa3") && memmem(b.at, look, "\x42\x82\x84webm", 7);
}

/* A box "ftyp" whose brand is a film's or a sound's; pictures (avif, heic) are others. */
static const char *film(bytes b)
{
    static const char brands[][5] = { "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ",
                                      "mp71", "dash", "MSNV", "f4v ", "qt  " };

    if (!HAS(b, 4, "ftyp") || b.n < 12)
        return NULL;
    if (HAS(b, 8, "M4A ") || HAS(b, 8, "M4B "))
        return "audio/mp4";
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (has(b, 8, brands[i], 4))
            return "video/mp4";
    return NULL;
}

static const char *by_bytes(bytes b)
{
    if (HAS(b, 0, "\x89PNG\r\n\x1a\n"))
        return "image/png";
    if (HAS(b, 0, "\xff\xd8\xff"))
        return "image/jpeg";
    if (HAS(b, 0, "GIF87a") || HAS(b, 0, "GIF89a"))
        return "image/gif";
    if (HAS(b, 0, "RIFF") && HAS(b, 8, "WEBP"))
        return "image/webp";
    if (HAS(b, 0, "RIFF") && HAS(b, 8, "WAVE"))
        return "audio/wav";
    if (HAS(b, 0, "fLaC"))
        return "audio/flac";
    if (HAS(b, 0, "OggS") && b.n >= 27)
        return "audio/ogg";
    if (is_webm(b))
        return "video/webm";
    return is_mp3(b) ? "audio/mpeg" : film(b);
}

/* ------------------------------------------------------------------ text */

static bool ends_as_text(const char *name)
{
    static const char *const endings[] = { ".txt", ".json", ".md", ".csv", ".log", ".srt", ".yaml", ".yml", NULL };

    return lm_file_name_ends(name, strlen(name), endings);
}

/* No control characters, and UTF-8 but for a character that the end cuts in two. */
static bool is_text(bytes b)
{
    size_t cut = 0;

    for (size_t i = 0; i < b.n; i++)
        if ((unsigned char)b.at[i] < ' ' && !strchr("\t\n\r\f", b.at[i] ? b.at[i] : 'x'))
            return false;
    while (cut < 4 && cut < b.n && !lm_utf8_well(b.at, b.n - cut))
        cut++;
    return cut < 4 && (!cut || b.n == LM_CONTENT_BYTES);
}

/* Takes "<? … ?>", "<!-- … -->" or "<! … >" off the front. */
static bool skip(bytes *b, const char *mark, const char *end)
{
    const size_t n = strlen(mark);
    const char  *found;

    if (!has(*b, 0, mark, n) || !(found = memmem(b->at + n, b->n - n, end, strlen(end))))
        return false;
    found += strlen(end);
    *b = (bytes){ found, b->n - (size_t)(found - b->at) };
    return true;
}

static void skip_spaces(bytes *b)
{
    while (b->n && strchr(" \t\r\n", *b->at ? *b->at : 'x'))
        b->at++, b->n--;
}

static bool is_svg(bytes b)
{
    if (HAS(b, 0, "\xef\xbb\xbf"))
        b.at += 3, b.n -= 3;
    do
        skip_spaces(&b);
    while (skip(&b, "<?", "?>") || skip(&b, "<!--", "-->") || skip(&b, "<!DOCTYPE svg", ">"));
    return HAS(b, 0, "<svg") && b.n > 4 && strchr(" \t\r\n>/", b.at[4] ? b.at[4] : 'x');
}

/* ------------------------------------------------------------------ the decision */

lm_content lm_content_of(const char *name, const char *head, size_t n, bool for_image)
{
    const bytes b = { head, n };
    const char *type = by_bytes(b);

    if (type)
        return (lm_content){ type, true, false };
    if (is_text(b) && is_svg(b))
        return for_image ? (lm_content){ "image/svg+xml", true, true }
                         : (lm_content){ "application/octet-stream", false, true };
    if (is_text(b) && ends_as_text(name))
        return (lm_content){ "text/plain; charset=utf-8", true, false };
    return (lm_content){ "application/octet-stream", false, false };
}

lm_content lm_content_read(const char *name, int fd, bool for_image)
{
    char    head[LM_CONTENT_BYTES];
    ssize_t n;

    do
        n = pread(fd, head, sizeof head, 0);
    while (n < 0 && errno == EINTR);
    return lm_content_of(name, head, n > 0 ? (size_t)n : 0, for_image);
}

/* ------------------------------------------------------------------ headers */

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%';
}

static bool is_attr_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$&+-.^_`|~", c));
}

void lm_content_disposition(const char *way, const char *name, lm_text *out)
{
    const char *slash = strrchr(name, '/');
    bool        plain = true;

    if (slash)
        name = slash + 1;
    lm_text_printf(out, "%s; filename=\"", way);
    for (const char *c = name; *c; c++) {
        plain = plain && is_plain((unsigned char)*c);
        lm_text_add(out, is_plain((unsigned char)*c) ? c : "_", 1);
    }
    lm_text_add(out, "\"", 1);
    if (plain)
        return;
    lm_text_puts(out, "; filename*=UTF-8''");
    for (const char *c = name; *c; c++)
        if (is_attr_char((unsigned char)*c))
            lm_text_add(out, c, 1);
        else
            lm_text_printf(out, "%%%02X", (unsigned char)*c);
}

void lm_content_headers(lm_request *rq, const lm_content *c, const char *name)
{
    const bool svg = c->varies && c->shown;
    lm_text    value = { 0 };

    lm_content_disposition(c->shown ? "inline" : "attachment", name, &value);
    lm_reply_header(rq, "Content-Disposition", value.at);
    lm_text_done(&value);
    lm_reply_header(rq, "X-Content-Type-Options", "nosniff");
    lm_reply_header(rq, "Content-Security-Policy", svg ? "sandbox; default-src 'none'; style-src 'unsafe-inline'"
                                                       : "sandbox; default-src 'none'");
    lm_reply_header(rq, "Cross-Origin-Resource-Policy", "same-origin");
    lm_reply_header(rq, "Cache-Control", c->varies ? "no-store" : "no-cache");
    if (c->varies)
        lm_reply_header(rq, "Vary", "Sec-Fetch-Dest");
}
