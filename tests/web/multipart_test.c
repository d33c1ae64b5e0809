/* multipart_test.c: multipart/form-data told whole, byte by byte and in pieces of any size. */
#include "web/server/multipart.h"

#include "core/base/text.h"
#include "tests/test.h"

/* What was read, as one text: "name=value;", "name[filename]=value;", "." at the end, "!" for WRONG. */
static void read_in_pieces(const char *type, const char *body, size_t size, size_t piece, lm_text *story)
{
    lm_multipart m;
    lm_slice     data;
    size_t       used;

    lm_text_puts(story, lm_multipart_begin(&m, lm_slice_of(type)) ? "" : "?");
    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece;

        for (; n; at += used, n -= used) {
            const lm_multipart_event e = lm_multipart_next(&m, body + at, n, &used, &data);

            if (e == LM_MULTIPART_PART)
                lm_text_printf(story, m.is_file ? "%s[%s]=" : "%s=", m.name, m.filename);
            else if (e == LM_MULTIPART_DATA)
                lm_text_add(story, data.at, data.n);
            else if (e == LM_MULTIPART_END)
                lm_text_puts(story, ";");
            else if (e == LM_MULTIPART_OVER)
                lm_text_puts(story, ".");
            else if (e == LM_MULTIPART_WRONG) {
                WANT(m.fault);
                lm_text_puts(story, "!");
                return;
            }
        }
    }
    lm_text_puts(story, lm_multipart_whole(&m) ? "" : "~");
}

static void want(const char *body, const char *story)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 16, 1 << 20 };

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        lm_text told = { 0 };

        read_in_pieces("multipart/form-data; boundary=b", body, strlen(body), pieces[i], &told);
        WANT_TEXT(lm_text_str(&told), story);
        lm_text_done(&told);
    }
}

#define PART(disposition, value) "--b\r\nContent-Disposition: form-data; " disposition "\r\n\r\n" value "\r\n"
#define LAST "--b--\r\n"

TEST(parts_are_read_in_pieces_of_any_size)
{
    want(PART("name=\"a\"", "1") PART("name=\"f\"; filename=\"x.png\"", "\x89PNG") LAST, "a=1;f[x.png]=\x89PNG;.");
    want(PART("name=a", "") LAST, "a=;.");
    want(PART("name=a", "") "--b--", "a=;.");
    want(LAST, ".");
}

TEST(what_begins_like_a_boundary_is_data)
{
    want(PART("name=a", "\r\n-\r\n--\r\r\n--c\n--b\r\n\r\n--") LAST, "a=\r\n-\r\n--\r\r\n--c\n--b\r\n\r\n--;.");
    want(PART("name=a", "--b--") LAST, "a=--b--;.");
    want(PART("name=a", "\r") PART("name=c", "\r\n\r") LAST, "a=\r;c=\r\n\r;.");
}

TEST(names_are_quoted_escaped_or_extended)
{
    want(PART("name=\"a\\\"\\\\\\b\"; x=y; filename=\"%22\xc3\xa9\"", "") LAST, "a\"\\\\b[%22\xc3\xa9]=;.");
    want(PART("name=a; filename=\"y\"; filename*=utf-8''%e2%82%ac%20x", "") LAST, "a[\xe2\x82\xac x]=;.");
    want(PART("name=a; filename*=utf-8''x; filename=\"y\"", "") LAST, "a[x]=;.");
    want(PART("name=a; filename=\"\"", "") LAST, "a[]=;.");
}

TEST(what_could_be_read_differently_is_wrong)
{
    static const char *const heads[] = {
        "name=a; name=b", "name=a; filename=b; filename=c", "name=\"a", "name=\"a\" b", "name=a;", "name", "name=", "filename=a",
        "name=a; filename*=utf-16''x", "name=a; filename*=utf-8''%00", "name=a; filename*=utf-8''%zz", "name=a; filename*=x",
        "name=a\r\nno colon", "name=a\r\n folded: x", "name=a\r\nContent-Disposition: form-data; name=b", "name=a\nb: c", "name=a\x01",
        "name=a\r\nContent-Transfer-Encoding: quoted-printable", "name=a\rb",
    };

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        lm_text body = { 0 };

        lm_text_printf(&body, "--b\r\nContent-Disposition: form-data; %s\r\n\r\nvalue\r\n" LAST, heads[i]);
        want(body.at, "!");
        lm_text_done(&body);
    }
    want("--b\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n" LAST, "!");
    want("--b\r\nContent-Type: text/plain\r\n\r\nvalue\r\n" LAST, "!");
    want("x" LAST, "!");
    want("\r\n" LAST, "!");
    want("--bc\r\n", "!");
    want(PART("name=a", "1") "--b-", "a=1;~");
    want(PART("name=a", "1") "--b-x", "a=1;!");
    want(PART("name=a", "1") LAST "\r\n", "a=1;.!");
    want(PART("name=a", "1") "--b--x", "a=1;.!");
    want(PART("name=a", "1"), "a=1~");
}

TEST(a_head_has_bounds)
{
    lm_text body = { 0 }, told = { 0 };

    lm_text_printf(&body, "--b\r\nContent-Disposition: form-data; name=%0*d\r\n\r\n", LM_MULTIPART_NAME, 0);
    want(body.at, "!");
    lm_text_done(&body);
    lm_text_printf(&body, "--b\r\nX: %0*d\r\n\r\n", LM_MULTIPART_LINE, 0);
    want(body.at, "!");
    lm_text_done(&body);
    lm_text_puts(&body, "--b\r\n");
    for (int i = 0; i <= LM_MULTIPART_LINES; i++)
        lm_text_puts(&body, "X: y\r\n");
    want(body.at, "!");
    lm_text_done(&body);
    for (int i = 0; i < LM_MULTIPART_PARTS; i++)
        lm_text_puts(&body, PART("name=a", ""));
    lm_text_puts(&body, PART("name=a", "") LAST);
    read_in_pieces("multipart/form-data; boundary=b", body.at, body.size, 5, &told);
    WANT(told.size == 3 * LM_MULTIPART_PARTS + 1 && told.at[told.size - 1] == '!');
    lm_text_done(&told);
    lm_text_done(&body);
}

TEST(a_boundary_is_what_the_standard_allows)
{
    static const char *const well[] = {
        "multipart/form-data; boundary=b", "Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b'()+_,-./:=?c\"",
        "multipart/form-data;boundary=1234567890123456789012345678901234567890123456789012345678901234567890",
    };
    static const char *const ill[] = {
        "", "multipart/form-data", "multipart/form-data;", "multipart/mixed; boundary=b", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"b \"", "multipart/form-data; boundary=\"b", "multipart/form-data; boundary=b; boundary=b",
        "multipart/form-data; boundary=b x", "multipart/form-data; boundary=\"b@\"", "multipart/form-data; x=boundary=b",
        "multipart/form-data;boundary=12345678901234567890123456789012345678901234567890123456789012345678901",
    };
    lm_multipart m;

    for (size_t i = 0; i < sizeof well / sizeof *well; i++)
        WANT(lm_multipart_begin(&m, lm_slice_of(well[i])));
    for (size_t i = 0; i < sizeof ill / sizeof *ill; i++)
        WANT(!lm_multipart_begin(&m, lm_slice_of(ill[i])));
}

TEST_MAIN
