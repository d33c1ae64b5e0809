/* file_hash.h: the names under which people quote model files: digits of SHA-256 over the file or a part. */
#ifndef LM_NODES_MODELS_FILE_HASH_H
#define LM_NODES_MODELS_FILE_HASH_H

#include <stdbool.h>
#include <stdint.h>

/* Each is empty when the file is too short for it. AutoV2 is the first ten digits of sha256.
 * Source: A1111's and Civitai's model hashes. */
typedef struct lm_file_hash {
    char sha256[65]; /* of the whole file */
    char auto_v1[9]; /* of the 64 KiB at 1 MiB */
    char auto_v3[13]; /* of what follows a safetensors header */
} lm_file_hash;

/* Reads the whole file, twice. */
void lm_file_hash_read(int fd, uint64_t size, lm_file_hash *out);

/* Is this file quoted so? 8 digits: AutoV1; 10: AutoV2; 12: AutoV3; 64: all of SHA-256; any case. */
bool lm_file_hash_is(int fd, uint64_t size, const char *quoted);

#endif
