/* hash.c: a fast 128-bit key, and SHA-256. */
#include "core/base/hash.h"

#include <string.h>

/* ------------------------------------------------------------------ the 128-bit key */

/* Two lanes, each folded through a 64×64→128 multiply with its own odd constant: every input word reaches
 * both halves of the product, and the lanes never share a constant. */
static uint64_t fold(uint64_t x, uint64_t k)
{
    unsigned __int128 p = (unsigned __int128)x * k;

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

lm_hash lm_hash_start(void)
{
    return (lm_hash){ 0x243f6a8885a308d3u, 0x13198a2e03707344u }; /* digits of pi */
}

lm_hash lm_hash_u64(lm_hash h, uint64_t value)
{
    const uint64_t a = fold(h.a ^ value, 0x9e3779b97f4a7c15u);
    const uint64_t b = fold(h.b + value, 0xd6e8feb86659fd93u);

    return (lm_hash){ a + (h.b << 1 | h.b >> 63) + 0x452821e638d01377u, b ^ (h.a << 7 | h.a >> 57) };
}

lm_hash lm_hash_add(lm_hash h, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    size_t         left = n;
    uint64_t       word;

    for (; left >= 8; left -= 8, at += 8) {
        memcpy(&word, at, 8);
        h = lm_hash_u64(h, word);
    }
    word = 0;
    if (left)
        memcpy(&word, at, left);
    return lm_hash_u64(lm_hash_u64(h, word), ~(uint64_t)n);
}

lm_hash lm_hash_text(lm_hash h, const char *text)
{
    return lm_hash_add(h, text, strlen(text));
}

lm_hash lm_hash_mix(lm_hash h, lm_hash other)
{
    return lm_hash_u64(lm_hash_u64(h, other.a), other.b);
}

bool lm_hash_same(lm_hash x, lm_hash y)
{
    return x.a == y.a && x.b == y.b;
}

/* ------------------------------------------------------------------ SHA-256 */

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void sha_block(uint32_t s[8], const uint8_t *p)
{
    uint32_t w[64], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = big32(p + 4 * i);
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] +
               (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(v, s, sizeof v);
    /* The eight variables stay where they are and change their roles; unrolled, each index is a constant. */
#pragma GCC unroll 64
    for (int i = 0; i < 64; i++) {
        const uint32_t a = v[(64 - i) & 7], b = v[(65 - i) & 7], c = v[(66 - i) & 7];
        const uint32_t e = v[(68 - i) & 7], f = v[(69 - i) & 7], g = v[(70 - i) & 7];
        const uint32_t t1 = v[(71 - i) & 7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
                            ((e & f) ^ (~e & g)) + sha_k[i] + w[i];
        const uint32_t t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

        v[(67 - i) & 7] += t1;
        v[(71 - i) & 7] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s[i] += v[i];
}

void lm_sha256_init(lm_sha256 *s)
{
    static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    memcpy(s->state, start, sizeof start);
    s->bytes = 0;
}

void lm_sha256_add(lm_sha256 *s, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    while (n) {
        const size_t have = s->bytes % 64;
        const size_t take = n < 64 - have ? n : 64 - have;

        memcpy(s->block + have, at, take);
        s->bytes += take;
        at += take;
        n -= take;
        if (s->bytes % 64 == 0)
            sha_block(s->state, s->block);
    }
}

void lm_sha256_done(lm_sha256 *s, uint8_t digest[32])
{
    const uint64_t bits = s->bytes * 8;
    uint8_t        tail[72] = { 0x80 };
    const size_t   pad = 1 + (119 - s->bytes % 64) % 64;

    for (int i = 0; i < 8; i++)
        tail[pad + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
    lm_sha256_add(s, tail, pad + 8);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

void lm_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = 0;
}
