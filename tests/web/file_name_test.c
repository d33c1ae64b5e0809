/* file_name_test.c: names of files as strangers write them, and what is told of them. */
#include "web/server/file_name.h"

#include <errno.h>

#include "core/base/alloc.h"
#include "tests/test.h"

/* The plain form, or what is wrong. Until the next call. */
static const char *plain(const char *raw)
{
    static lm_text out;
    const char    *fault;

    lm_text_done(&out);
    fault = lm_file_name(raw, &out);
    return fault ? fault : lm_text_str(&out);
}

TEST(a_name_is_made_plain_or_refused)
{
    static const struct {
        const char *raw, *want;
    } rows[] = {
        { "", "" }, { "a.png", "a.png" }, { "a//./b/.", "a/b" }, { "...", "..." }, { "\xe5\x9b\xbe/x", "\xe5\x9b\xbe/x" },
        { "/a", "is an absolute path" }, { "..", "leads out of its folder" }, { "a/../b", "leads out of its folder" },
        { "a\\b", "holds a backslash" }, { "a\nb", "holds a control character" }, { "a\x7f", "holds a control character" },
        { "\xff", "is not UTF-8" }, { "\xc0\xaf", "is not UTF-8" },
    };
    char *part = lm_alloc(1100);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        WANT_TEXT(plain(rows[i].raw), rows[i].want);
    memset(part, 'a', 255);
    WANT_TEXT(plain(part), part);
    part[255] = 'a';
    WANT_TEXT(plain(part), "is too long");
    for (int i = 0; i < 1025; i++)
        part[i] = i % 2 ? '/' : 'a';
    WANT_TEXT(plain(part), "is too long");
    lm_free(part);
}

TEST(some_names_are_not_for_requests)
{
    WANT(lm_file_name_hidden(".git/x") && lm_file_name_hidden("a/__b") && lm_file_name_hidden("a/.b"));
    WANT(!lm_file_name_hidden("a/b.c") && !lm_file_name_hidden("a/.index.json") && lm_file_name_hidden("a/.index.json2"));
    WANT(lm_file_name_dotted("a/.b/c") && lm_file_name_dotted(".b") && !lm_file_name_dotted("a/__b") && !lm_file_name_dotted("a.b"));
    WANT(lm_file_part_shown("a") && lm_file_part_shown("__a") && !lm_file_part_shown(".a") && !lm_file_part_shown("\xff"));
}

TEST(an_ending_has_a_name_in_front_of_it)
{
    static const char *const endings[] = { ".png", ".jpeg", NULL }, *const none[] = { NULL };

    WANT(lm_file_name_ends("a.png", 5, endings) && lm_file_name_ends("a.PnG", 5, endings) && lm_file_name_ends("x.jpeg", 6, endings));
    WANT(!lm_file_name_ends(".png", 4, endings) && !lm_file_name_ends("png", 3, endings) && !lm_file_name_ends("", 0, endings));
    WANT(!lm_file_name_ends("a.png", 4, endings) && !lm_file_name_ends("a.png.txt", 9, endings) && !lm_file_name_ends("a.png", 5, none));
}

TEST(what_went_wrong_has_a_status_and_a_sentence)
{
    const char *words = NULL;

    WANT(lm_file_status(ENOENT, false, &words) == 404 && lm_file_status(ENOENT, true, &words) == 400);
    WANT(lm_file_status(EEXIST, true, &words) == 409 && lm_file_status(ENOSPC, true, &words) == 507);
    WANT(lm_file_status(ELOOP, false, &words) == 403 && lm_file_status(EMFILE, false, &words) == 503);
    for (int why = 1; why < 140; why++)
        for (int writing = 0; writing < 2; writing++) {
            words = NULL;
            WANT(lm_file_status(why, writing, &words) >= 400 && words && *words);
        }
}

TEST_MAIN
