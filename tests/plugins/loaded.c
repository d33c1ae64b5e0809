/* loaded.c: the tests of the executor get their nodes through the loader. */
#include "core/plugin/plugin.h"

bool add_nodes(lm_registry *r, limn_error *err); /* tests/execution/execution_for_tests.h */

bool add_nodes(lm_registry *r, limn_error *err)
{
    static const char *const files[] = { LIMN_TEST_PLUGIN };
    const lm_plugin_order    order = { .base = "/nowhere", .files = files, .n_files = 1, .crash_status = 7 };
    lm_plugins              *all = lm_plugins_load(&order, r, NULL, NULL);
    const lm_plugin         *missing = lm_plugins_missing(all);

    if (missing)
        *err = missing->why;
    lm_plugins_free(all);
    return !missing;
}
