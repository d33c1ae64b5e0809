/* fuzz.h: what every fuzzer has: its entry, by libFuzzer's name, and promises whose breach ends it. */
#ifndef LM_TESTS_FUZZ_FUZZ_H
#define LM_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void want(bool held, const char *promise)
{
    if (held)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

#endif
