/* test.h: a test program in a few lines. A test's name is a sentence.
 *
 *     TEST(a_full_cache_lets_the_oldest_go) { WANT(lm_cache_count(c) == 2); }
 *     TEST_MAIN
 *
 * A failed WANT tells the line and goes on; the program's exit status is 1 when any failed. It prints a
 * line "ok NAME" or "FAILED NAME" a test, which the suite's last line counts. */
#ifndef LIMN_TESTS_TEST_H
#define LIMN_TESTS_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct test_case {
    const char       *name;
    void (*run)(void);
    struct test_case *next;
} test_case;

static test_case *test_first, **test_last = &test_first;
static int        test_failures;

static inline void test_register(test_case *t)
{
    *test_last = t;
    test_last = &t->next;
}

#define TEST(name_)                                                                            \
    static void name_(void);                                                                   \
    __attribute__((constructor)) static void register_##name_(void)                            \
    {                                                                                          \
        static test_case t = { #name_, name_, NULL };                                          \
        test_register(&t);                                                                     \
    }                                                                                          \
    static void name_(void)

#define WANT(condition)                                                                        \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            test_failures++;                                                                   \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                     \
        }                                                                                      \
    } while (0)

#define WANT_TEXT(got, want)                                                                   \
    do {                                                                                       \
        const char *got_ = (got), *want_ = (want);                                             \
        if (!got_ || strcmp(got_, want_)) {                                                    \
            test_failures++;                                                                   \
            printf("%s:%d: got  \"%s\"\n%*s want \"%s\"\n", __FILE__, __LINE__,                \
                   got_ ? got_ : "(null)", (int)strlen(__FILE__) + 4, "", want_);              \
        }                                                                                      \
    } while (0)

/* Runs the tests whose name contains argv[1] (all without it). */
#define TEST_MAIN                                                                              \
    int main(int argc, char **argv)                                                            \
    {                                                                                          \
        int failed = 0;                                                                        \
        for (test_case *t = test_first; t; t = t->next) {                                      \
            if (argc > 1 && !strstr(t->name, argv[1]))                                         \
                continue;                                                                      \
            test_failures = 0;                                                                 \
            t->run();                                                                          \
            printf("%s %s\n", test_failures ? "FAILED" : "ok", t->name);                       \
            fflush(stdout);                                                                    \
            failed += test_failures > 0;                                                       \
        }                                                                                      \
        return failed > 0;                                                                     \
    }

#endif
