/* webp_write.c: pictures of bytes as WebP, by libwebp. */
#include "nodes/picture/webp_write.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <webp/encode.h>

enum { EFFORT = 2 }; /* of 0 … 6: less than half the time of 4, for 3 % more bytes at most */

static int on_write(const uint8_t *from, size_t n, const WebPPicture *p)
{
    const int fd = *(const int *)p->custom_ptr;
    ssize_t   put;

    for (size_t done = 0; done < n; done += (size_t)put) {
        put = write(fd, from + done, n - done);
        if (put < 0 && errno == EINTR)
            put = 0;
        if (put < 0)
            return 0;
    }
    return 1;
}

static bool import(WebPPicture *p, const lm_bitmap *in)
{
    const int stride = in->width * in->channels;

    return in->channels == 4 ? WebPPictureImportRGBA(p, in->at, stride) : WebPPictureImportRGB(p, in->at, stride);
}

static bool tell(const WebPPicture *p, limn_error *err)
{
    const int why = errno;

    if (p->error_code == VP8_ENC_ERROR_BAD_WRITE)
        return limn_fail(err, FILE, "the WebP could not be written: %s", strerror(why));
    if (p->error_code == VP8_ENC_ERROR_OUT_OF_MEMORY || p->error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
        p->error_code == VP8_ENC_OK)
        return limn_fail(err, MEMORY, "there is no memory to write a WebP of %d x %d pixels", p->width, p->height);
    return limn_fail(err, INPUT, "%d x %d pixels cannot be written as a WebP of this quality", p->width, p->height);
}

bool lm_webp_write(const lm_bitmap *in, int quality, int fd, limn_error *err)
{
    WebPConfig  config;
    WebPPicture p;
    bool        well;

    if (in->width > LM_WEBP_SIDE || in->height > LM_WEBP_SIDE)
        return limn_fail(err, INPUT, "it is %d x %d pixels; no side of a WebP may have more than %d", in->width,
                         in->height, LM_WEBP_SIDE);
    if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, (float)quality) || !WebPPictureInit(&p))
        return limn_fail(err, BUG, "libwebp is of another version than its headers");
    config.method = EFFORT;
    p.width = in->width;
    p.height = in->height;
    p.writer = on_write;
    p.custom_ptr = &fd;
    well = (import(&p, in) && WebPEncode(&config, &p)) || tell(&p, err);
    WebPPictureFree(&p);
    return well;
}
