/* multipart.c: multipart/form-data, read as it comes. */
#include "web/server/multipart.h"

#include <stdio.h>

#include "core/base/text.h"
#include "web/http/query.h"

/* What is expected next. */
enum { FIRST, AFTER_DELIMITER, AFTER_DASH, AFTER_RETURN, HEAD, DATA, EPILOGUE, EPILOGUE_RETURN, CLOSED, BROKEN };

static lm_multipart_event wrong(lm_multipart *m, const char *fault)
{
    m->phase = BROKEN;
    m->fault = fault;
    return LM_MULTIPART_WRONG;
}

/* ------------------------------------------------------------------ values with parameters */

static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("!#$%&'*+-.^_`|~", c);
}

static lm_slice take_token(lm_slice *rest)
{
    lm_slice token = { rest->at, 0 };

    while (rest->n && *rest->at && is_token_char(*rest->at))
        rest->at++, rest->n--, token.n++;
    return token;
}

/* Behind the opening quote; a backslash stands for itself but before '"' and another one. */
static bool take_quoted(lm_slice *rest, char *to, size_t room)
{
    while (rest->n && *rest->at != '"') {
        if (*rest->at == '\\' && rest->n > 1 && (rest->at[1] == '"' || rest->at[1] == '\\'))
            rest->at++, rest->n--;
        if (!--room)
            return false;
        *to++ = *rest->at++;
        rest->n--;
    }
    *to = 0;
    if (!rest->n)
        return false;
    rest->at++, rest->n--;
    return true;
}

static bool take_value(lm_slice *rest, char *value, size_t room)
{
    lm_slice token;

    if (rest->n && *rest->at == '"') {
        rest->at++, rest->n--;
        return take_quoted(rest, value, room);
    }
    token = take_token(rest);
    if (!token.n || token.n >= room)
        return false;
    memcpy(value, token.at, token.n);
    value[token.n] = 0;
    return true;
}

/* Takes `; attribute=value` off the front. `room` counts the NUL. False: something else is there, and stays. */
static bool take_parameter(lm_slice *rest, lm_slice *attribute, char *value, size_t room)
{
    lm_slice at = lm_slice_trim(*rest);

    if (!at.n || *at.at != ';')
        return false;
    at = lm_slice_trim((lm_slice){ at.at + 1, at.n - 1 });
    *attribute = take_token(&at);
    if (!attribute->n || !at.n || *at.at != '=')
        return false;
    at.at++, at.n--;
    if (!take_value(&at, value, room))
        return false;
    *rest = at;
    return true;
}

static bool is_boundary(const char *b)
{
    const size_t n = strlen(b);

    return n && n <= LM_MULTIPART_BOUNDARY && b[n - 1] != ' ' &&
           strspn(b, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ") == n;
}

bool lm_multipart_begin(lm_multipart *m, lm_slice content_type)
{
    lm_slice    rest = lm_slice_trim(content_type), attribute, type;
    const char *slash = rest.n ? memchr(rest.at, ';', rest.n) : NULL;
    char        value[256], boundary[256] = "";

    m->phase = BROKEN;
    if (!slash)
        return false;
    type = lm_slice_trim((lm_slice){ rest.at, (size_t)(slash - rest.at) });
    if (!lm_slice_like(type, "multipart/form-data"))
        return false;
    rest = (lm_slice){ slash, rest.n - (size_t)(slash - rest.at) };
    while (take_parameter(&rest, &attribute, value, sizeof value))
        if (lm_slice_like(attribute, "boundary")) {
            if (*boundary) /* which of them is it? */
                return false;
            strcpy(boundary, value);
        }
    if (lm_slice_trim(rest).n || !is_boundary(boundary))
        return false;
    memset(m, 0, offsetof(lm_multipart, line));
    m->n_delimiter = (size_t)snprintf(m->delimiter, sizeof m->delimiter, "\r\n--%s", boundary);
    m->matched = 2; /* the body's beginning is the beginning of a line */
    return true;
}

bool lm_multipart_whole(const lm_multipart *m)
{
    return m->phase == EPILOGUE || m->phase == CLOSED;
}

/* ------------------------------------------------------------------ a part's head */

/* UTF-8'language'percent%20encoded, decoded in place. */
static bool take_extended(char *value)
{
    char *quote = strchr(value, '\''), *second = quote ? strchr(quote + 1, '\'') : NULL, *coded;

    if (!second || strncasecmp(value, "utf-8'", 6))
        return false;
    coded = second + 1;
    return lm_percent_decode(lm_slice_of(coded), LM_DECODE_PATH, value);
}

static bool disposition(lm_multipart *m, lm_slice rest)
{
    char     value[3 * LM_MULTIPART_FILENAME];
    lm_slice attribute;
    bool     named = false, plain = false, extended = false;

    if (m->disposed || !lm_slice_like(take_token(&rest), "form-data"))
        return false;
    while (take_parameter(&rest, &attribute, value, sizeof value))
        if (lm_slice_like(attribute, "name")) {
            if (named || strlen(value) >= sizeof m->name)
                return false;
            strcpy(m->name, value);
            named = true;
        } else if (lm_slice_like(attribute, "filename")) {
            if (plain || strlen(value) >= sizeof m->filename)
                return false;
            if (!extended)
                strcpy(m->filename, value);
            plain = true;
        } else if (lm_slice_like(attribute, "filename*")) {
            if (extended || !take_extended(value) || strlen(value) >= sizeof m->filename)
                return false;
            strcpy(m->filename, value); /* says more than filename does */
            extended = true;
        }
    m->is_file = plain || extended;
    m->disposed = true;
    return named && !lm_slice_trim(rest).n;
}

static bool is_plain_coding(lm_slice value)
{
    return lm_slice_like(value, "binary") || lm_slice_like(value, "8bit") || lm_slice_like(value, "7bit");
}

/* One line of the head, without its end. NULL, or what is wrong. */
static const char *head_line(lm_multipart *m)
{
    const lm_slice line = { m->line, m->n_line };
    lm_slice       value = line, name = take_token(&value);

    if (++m->lines > LM_MULTIPART_LINES)
        return "a part's head has too many lines";
    if (!name.n || !value.n || *value.at != ':')
        return "a part's head has a line that is none";
    value = lm_slice_trim((lm_slice){ value.at + 1, value.n - 1 });
    if (lm_slice_like(name, "content-disposition") && !disposition(m, value))
        return "a part's Content-Disposition cannot be read";
    if (lm_slice_like(name, "content-transfer-encoding") && !is_plain_coding(value))
        return "a part's Content-Transfer-Encoding is none that forms use";
    return NULL;
}

static void new_part(lm_multipart *m)
{
    m->phase = HEAD;
    m->n_line = 0;
    m->lines = 0;
    m->is_file = m->disposed = false;
    *m->name = *m->filename = 0;
}

/* A byte of the head. MORE, PART, or WRONG. */
static lm_multipart_event head_byte(lm_multipart *m, char c)
{
    const bool  after_return = m->n_line && m->line[m->n_line - 1] == '\r';
    const char *fault;

    if (after_return != (c == '\n') || (c != '\r' && c != '\n' && c != '\t' && ((unsigned char)c < ' ' || c == 0x7f)))
        return wrong(m, "a part's head holds a control character");
    if (m->n_line == sizeof m->line)
        return wrong(m, "a part's head has a line that is too long");
    m->line[m->n_line++] = c;
    if (c != '\n')
        return LM_MULTIPART_MORE;
    m->n_line -= 2;
    if (m->n_line) {
        fault = head_line(m);
        m->n_line = 0;
        return fault ? wrong(m, fault) : LM_MULTIPART_MORE;
    }
    if (!m->disposed)
        return wrong(m, "a part has no Content-Disposition");
    m->phase = DATA;
    m->matched = 0;
    return LM_MULTIPART_PART;
}

/* ------------------------------------------------------------------ bytes of parts */

/* The delimiter is looked for from its CR on, which stands in it once: what was held back because it might have begun
 * a delimiter is data as soon as it does not go on as one. */
static lm_multipart_event data_bytes(lm_multipart *m, lm_slice in, size_t *used, lm_slice *data)
{
    const char *stop;

    if (!m->matched) {
        stop = memchr(in.at, '\r', in.n);
        *used = stop ? (size_t)(stop - in.at) : in.n;
        *data = (lm_slice){ in.at, *used };
        if (*used)
            return LM_MULTIPART_DATA;
    }
    while (*used < in.n && m->matched < m->n_delimiter && in.at[*used] == m->delimiter[m->matched])
        ++*used, m->matched++;
    if (m->matched == m->n_delimiter) {
        m->phase = AFTER_DELIMITER;
        return LM_MULTIPART_END;
    }
    if (*used == in.n)
        return LM_MULTIPART_MORE;
    *data = (lm_slice){ m->delimiter, m->matched };
    m->matched = 0;
    return LM_MULTIPART_DATA;
}

/* The delimiter that begins the body. */
static lm_multipart_event first_byte(lm_multipart *m, char c)
{
    if (c != m->delimiter[m->matched])
        return wrong(m, "the body does not begin with its boundary");
    if (++m->matched == m->n_delimiter)
        m->phase = AFTER_DELIMITER;
    return LM_MULTIPART_MORE;
}

static lm_multipart_event after_delimiter(lm_multipart *m, char c)
{
    if (m->phase == AFTER_DELIMITER && (c == '-' || c == '\r')) {
        m->phase = c == '-' ? AFTER_DASH : AFTER_RETURN;
    } else if (m->phase == AFTER_DASH && c == '-') {
        m->phase = EPILOGUE;
        return LM_MULTIPART_OVER;
    } else if (m->phase == AFTER_RETURN && c == '\n') {
        if (m->parts++ == LM_MULTIPART_PARTS)
            return wrong(m, "the body has too many parts");
        new_part(m);
    } else {
        return wrong(m, "a boundary is followed by something else");
    }
    return LM_MULTIPART_MORE;
}

static lm_multipart_event epilogue(lm_multipart *m, char c)
{
    if (m->phase == EPILOGUE && c == '\r')
        m->phase = EPILOGUE_RETURN;
    else if (m->phase == EPILOGUE_RETURN && c == '\n')
        m->phase = CLOSED;
    else
        return wrong(m, "something follows the last boundary");
    return LM_MULTIPART_MORE;
}

static lm_multipart_event one_byte(lm_multipart *m, char c)
{
    switch (m->phase) {
    case FIRST:
        return first_byte(m, c);
    case AFTER_DELIMITER:
    case AFTER_DASH:
    case AFTER_RETURN:
        return after_delimiter(m, c);
    case HEAD:
        return head_byte(m, c);
    case BROKEN:
        return LM_MULTIPART_WRONG;
    default:
        return epilogue(m, c);
    }
}

lm_multipart_event lm_multipart_next(lm_multipart *m, const char *at, size_t n, size_t *used, lm_slice *data)
{
    lm_multipart_event event = LM_MULTIPART_MORE;

    *used = 0;
    *data = (lm_slice){ NULL, 0 };
    while (*used < n && event == LM_MULTIPART_MORE && m->phase != DATA)
        event = one_byte(m, at[(*used)++]);
    if (event == LM_MULTIPART_MORE && m->phase == DATA && !*used)
        event = data_bytes(m, (lm_slice){ at, n }, used, data);
    return event;
}
