/* rates_test.c: buckets that empty and fill again. */
#include <string.h>

#include "tests/test.h"
#include "web/server/rates.h"

static lm_rates rates;

static void begin(int a_minute)
{
    memset(&rates, 0, sizeof rates);
    rates.a_minute = a_minute;
}

TEST(a_bucket_empties_and_fills_again)
{
    begin(60);
    for (int i = 0; i < 60; i++)
        WANT(lm_rates_take(&rates, 7, 1000) == 0);
    WANT(lm_rates_take(&rates, 7, 1000) == 1);
    WANT(lm_rates_take(&rates, 7, 1999) == 1);
    WANT(lm_rates_take(&rates, 7, 2000) == 0);
    WANT(lm_rates_take(&rates, 7, 2000) == 1);
    WANT(lm_rates_take(&rates, 8, 2000) == 0);
}

TEST(who_waits_is_told_how_long)
{
    begin(1);
    WANT(lm_rates_take(&rates, 7, 0) == 0);
    WANT(lm_rates_take(&rates, 7, 0) == 60);
    WANT(lm_rates_take(&rates, 7, 30500) == 30);
    WANT(lm_rates_take(&rates, 7, 59999) == 1);
    WANT(lm_rates_take(&rates, 7, 60000) == 0);
    WANT(lm_rates_take(&rates, 7, UINT64_C(1) << 60) == 0); /* no more than one was saved up */
    WANT(lm_rates_take(&rates, 7, UINT64_C(1) << 60) == 60);
}

TEST(a_bucket_holds_a_minute_and_no_more)
{
    int taken = 0;

    begin(1000000);
    while (taken < 2000000 && !lm_rates_take(&rates, 9, 5))
        taken++;
    WANT(taken == 1000000);
    WANT(lm_rates_take(&rates, 9, 5) == 1);
}

TEST(a_full_table_forgets_who_asked_least)
{
    begin(10);
    for (int i = 0; i < 9; i++)
        WANT(lm_rates_take(&rates, 1, 1) == 0);
    for (uint64_t source = 2; source < 100000; source++)
        WANT(lm_rates_take(&rates, source, 1) == 0); /* strangers wait for nobody */
    WANT(lm_rates_take(&rates, 1, 1) == 0);
    WANT(lm_rates_take(&rates, 1, 1) == 6); /* and the one that asks often was not forgotten for them */
}

TEST_MAIN
