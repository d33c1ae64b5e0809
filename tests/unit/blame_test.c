/* blame_test.c: one line for the person at the terminal. */
#include "core/graph/blame.h"

#include "tests/test.h"

static const char *line(const char *file, const char *id, const char *class_name, const char *input,
                        const char *what)
{
    static lm_text out;
    limn_error     err = { 0 };

    lm_text_done(&out);
    limn_fail(&err, INPUT, "%s", what);
    snprintf(err.input, sizeof err.input, "%s", input);
    if (id)
        WANT(!lm_blame(&err, id, class_name));
    lm_blame_line(&out, file, &err);
    return lm_text_str(&out);
}

TEST(a_line_names_file_node_and_input)
{
    WANT_TEXT(line("portrait.json", "7", "KSampler", "steps", "0 is below the smallest allowed, 1"),
              "portrait.json: node 7 (KSampler), steps: 0 is below the smallest allowed, 1");
    WANT_TEXT(line("portrait.json", "7", "KSampler", "", "it is tired"), "portrait.json: node 7 (KSampler): it is tired");
    WANT_TEXT(line(NULL, NULL, NULL, "", "no such file"), "no such file");
    WANT_TEXT(line("a.json", NULL, NULL, "", "line 1, column 2: a value is expected here"),
              "a.json: line 1, column 2: a value is expected here");
}

TEST(the_first_to_blame_stays)
{
    limn_error err = { 0 };

    lm_blame(&err, "7", "KSampler");
    lm_blame(&err, "8", "VAEDecode");
    WANT_TEXT(err.node, "7 (KSampler)");
    WANT(!lm_blame(NULL, "7", "KSampler"));
}

TEST(long_names_are_cut_between_characters)
{
    WANT_TEXT(line(NULL, "中中中中中中中中中中中中", "ClassOfAVeryVeryVeryLongNameIndeed", "", "x"),
              "node 中中中中中中中中… (ClassOfAVeryVeryVeryLongName…): x");
    WANT(lm_text_fit("中", 3, 2) == 0 && lm_text_fit("a中", 4, 3) == 1 && lm_text_fit("abc", 3, 3) == 3);
}

TEST(control_characters_become_question_marks)
{
    lm_text out = { 0 };

    lm_text_clean(&out, "a\x1b[2J\n\x7f\xc2\x9b" "b\xc3\xa9", 12, 0);
    WANT_TEXT(lm_text_str(&out), "a?[2J???b\xc3\xa9");
    lm_text_done(&out);
}

TEST_MAIN
