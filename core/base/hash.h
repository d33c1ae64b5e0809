/* hash.h: two hashes. lm_hash is a fast 128-bit key for what the cache compares (not for secrets);
 * lm_sha256 is the digest that people quote for model files. */
#ifndef LM_BASE_HASH_H
#define LM_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lm_hash {
    uint64_t a, b;
} lm_hash;

lm_hash lm_hash_start(void);
lm_hash lm_hash_add(lm_hash h, const void *bytes, size_t n); /* (h, "ab") differs from (h, "a"), "b" */
lm_hash lm_hash_text(lm_hash h, const char *text);
lm_hash lm_hash_u64(lm_hash h, uint64_t value);
lm_hash lm_hash_mix(lm_hash h, lm_hash other);
bool    lm_hash_same(lm_hash x, lm_hash y);

/* Source: FIPS 180-4. */
typedef struct lm_sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t  block[64];
} lm_sha256;

void lm_sha256_init(lm_sha256 *s);
void lm_sha256_add(lm_sha256 *s, const void *bytes, size_t n);
void lm_sha256_done(lm_sha256 *s, uint8_t digest[32]);
void lm_hex(const uint8_t *bytes, size_t n, char *out); /* 2n lower-case digits and a NUL */

#endif
