/* schedule_test.c: noise levels and how they fall, against the reference's tables. */
#include "nodes/diffusion/sampler.h"
#include "nodes/diffusion/schedule.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

static const char tables[] = "tests/parity/tables.json";

static lm_levels sd1(void)
{
    static float sigmas[1000], logs[1000];

    lm_levels_scaled_linear(0.00085, 0.012, 1000, sigmas, logs);
    return (lm_levels){ sigmas, logs, 1000 };
}

/* How many floats lie between two positive ones. */
static int64_t ulps(float a, float b)
{
    int32_t x, y;

    memcpy(&x, &a, 4);
    memcpy(&y, &b, 4);
    return llabs((int64_t)x - y);
}

static int named(const char *const names[], const char *name)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

TEST(the_table_of_levels_is_the_references)
{
    json_t   *top = recorded_table(tables), *m = json_object_get(top, "sigma_model"), *hex;
    lm_levels l = sd1();
    size_t    i;

    WANT(l.sigmas[0] == recorded_float(json_object_get(m, "sigma_min")));
    WANT(l.sigmas[999] == recorded_float(json_object_get(m, "sigma_max")));
    json_array_foreach(json_object_get(m, "sigmas"), i, hex)
        WANT(l.sigmas[i] == recorded_float(hex));
    WANT(i == 1000);
    json_decref(top);
}

TEST(levels_know_their_places_and_places_their_levels)
{
    json_t   *top = recorded_table(tables), *m = json_object_get(top, "sigma_model"), *pair;
    lm_levels l = sd1();
    size_t    i;

    json_array_foreach(json_object_get(m, "timestep_of_sigma"), i, pair)
        WANT(lm_levels_place(&l, recorded_float(json_array_get(pair, 0))) ==
             json_integer_value(json_array_get(pair, 1)));
    json_array_foreach(json_object_get(m, "sigma_of_timestep"), i, pair)
        WANT(ulps(lm_levels_sigma(&l, recorded_float(json_array_get(pair, 0))),
                  recorded_float(json_array_get(pair, 1))) <= 1);
    json_array_foreach(json_object_get(m, "sigma_of_percent"), i, pair) {
        const double want = strtod(json_string_value(json_array_get(pair, 1)), NULL);
        const double got = lm_levels_of_percent(&l, json_number_value(json_array_get(pair, 0)));

        WANT(fabs(got - want) <= 1.2e-7 * want);
    }
    json_decref(top);
}

/* One unit in the last place: the reference's exp and pow are its machine's vector library. */
TEST(every_schedule_falls_as_the_references)
{
    json_t   *top = recorded_table(tables), *row;
    lm_levels l = sd1();
    size_t    i, exact = 0, all = 0;

    json_array_foreach(json_object_get(top, "schedules"), i, row) {
        const int   kind = named(lm_schedule_names, recorded_text(row, "scheduler"));
        const bool  drops = !strcmp(recorded_text(row, "sampler"), "uni_pc");
        json_t     *want = json_object_get(row, "sigmas");
        lm_pass    *p = lm_pass_begin(call_on(lm_host_device()));
        lm_sigmas   s = lm_schedule_walk(p, kind, &l, recorded_int(row, "steps"),
                                         recorded_number(row, "denoise"), drops);

        WANT(s.steps + 1 == (int)json_array_size(want));
        for (int k = 0; k <= s.steps && s.steps + 1 == (int)json_array_size(want); k++) {
            const float level = recorded_float(json_array_get(want, (size_t)k));

            WANT(ulps(s.at[k], level) <= 1);
            exact += s.at[k] == level;
            all++;
        }
        WANT(lm_pass_end(p, NULL));
    }
    printf("schedules: %zu of %zu levels are exact, the rest one unit in the last place off\n", exact,
           all);
    WANT(i == 216 && exact * 100 >= all * 98);
    json_decref(top);
}

TEST(a_walk_is_cut_as_the_advanced_sampler_cuts_it)
{
    json_t   *top = recorded_table(tables), *row;
    lm_levels l = sd1();
    size_t    i;

    json_array_foreach(json_object_get(top, "advanced"), i, row) {
        const int   kind = named(lm_schedule_names, recorded_text(row, "scheduler"));
        const bool  drops = !strcmp(recorded_text(row, "sampler"), "uni_pc");
        const bool  to_zero = !strcmp(recorded_text(row, "return_with_leftover_noise"), "disable");
        const int   want = (int)json_array_size(json_object_get(row, "sigmas"));
        lm_pass    *p = lm_pass_begin(call_on(lm_host_device()));
        lm_sigmas   s = lm_schedule_walk(p, kind, &l, recorded_int(row, "steps"), 1.0, drops);

        s = lm_sigmas_cut(p, s, recorded_int(row, "start_at_step"), recorded_int(row, "end_at_step"),
                          to_zero);
        WANT(s.steps == (want ? want - 1 : 0));
        for (int k = 0; k < want && s.steps == want - 1; k++)
            WANT(ulps(s.at[k], recorded_float(json_array_get(json_object_get(row, "sigmas"),
                                                             (size_t)k))) <= 1);
        WANT(lm_pass_end(p, NULL));
    }
    WANT(i == 48);
    json_decref(top);
}

TEST(denoise_of_nothing_walks_nowhere)
{
    lm_levels l = sd1();
    lm_pass  *p = lm_pass_begin(call_on(lm_host_device()));

    WANT(lm_schedule_walk(p, 0, &l, 20, 0.0, false).steps == 0);
    WANT(lm_pass_end(p, NULL));
}

TEST(denoise_beyond_counting_is_a_sentence)
{
    lm_levels  l = sd1();
    lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
    limn_error err = { 0 };

    WANT(lm_schedule_walk(p, 0, &l, 20, 1e-300, false).steps == 0);
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_INPUT && strstr(err.text, "denoise"));
}

TEST(more_steps_than_levels_still_fall_to_zero)
{
    lm_levels l = sd1();

    for (int kind = 0; lm_schedule_names[kind]; kind++) {
        lm_pass  *p = lm_pass_begin(call_on(lm_host_device()));
        lm_sigmas s = lm_schedule_walk(p, kind, &l, 2500, 1.0, false);

        WANT(s.steps >= 999 && s.at[s.steps] == 0.0f);
        for (int i = 0; i < s.steps; i++)
            WANT(s.at[i] >= s.at[i + 1] && s.at[i] > 0.0f);
        WANT(lm_pass_end(p, NULL));
    }
}

TEST(every_known_name_is_built_or_listed_as_unbuilt_and_never_both)
{
    int built = 0, unbuilt = 0;

    for (; lm_sampler_names[built]; built++)
        WANT(!strcmp(lm_samplers[built].name, lm_sampler_names[built]) &&
             named(lm_sampler_unbuilt, lm_sampler_names[built]) < 0);
    for (; lm_sampler_unbuilt[unbuilt]; unbuilt++)
        ;
    WANT(built + unbuilt == 42);
    for (built = 0; lm_schedule_names[built]; built++)
        WANT(!strcmp(lm_schedules[built].name, lm_schedule_names[built]) &&
             named(lm_schedule_unbuilt, lm_schedule_names[built]) < 0);
    for (unbuilt = 0; lm_schedule_unbuilt[unbuilt]; unbuilt++)
        ;
    WANT(built + unbuilt == 9);
}

TEST_MAIN
