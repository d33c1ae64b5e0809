/* picture_size.h: how large a picture is, by its first bytes: PNG, JPEG, WebP and GIF. A pure reader of strangers' files. */
#ifndef LM_WEB_SERVER_PICTURE_SIZE_H
#define LM_WEB_SERVER_PICTURE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LM_PICTURE_HEAD = 64 << 10 }; /* bytes that are enough but for JPEGs with very much in front */

/* As it is stored: a camera's orientation is not looked at. False: none of these, or its size is further on. */
bool lm_picture_size(const uint8_t *head, size_t n, uint32_t *width, uint32_t *height);

#endif
