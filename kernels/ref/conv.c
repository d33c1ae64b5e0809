/* conv.c: the convolution in plain loops. */
#include "kernels/ref/ref.h"

/* Channel o of the answer at (row, column) of picture n, without bias: the window's rows and columns that
 * lie in the padding add nothing. */
static double window(const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *s, int64_t n, int64_t row,
                     int64_t column, int64_t o)
{
    const int64_t zoom = s->upsample ? 2 : 1, height = lm_dim(x, 1), width = lm_dim(x, 2);
    const int64_t channels = lm_dim(x, 3), kh = lm_dim(w, 2), kw = lm_dim(w, 3);
    double        sum = 0.0;

    for (int64_t i = 0; i < kh; i++) {
        for (int64_t j = 0; j < kw; j++) {
            const int64_t at_row = row * s->stride + i - s->top;
            const int64_t at_column = column * s->stride + j - s->left;
            if (at_row < 0 || at_row >= zoom * height || at_column < 0 || at_column >= zoom * width)
                continue;

            const int64_t pixel = (n * height + at_row / zoom) * width + at_column / zoom;
            for (int64_t c = 0; c < channels; c++)
                sum += get(x, pixel * channels + c) * get(w, ((o * channels + c) * kh + i) * kw + j);
        }
    }
    return sum;
}

bool lm_ref_conv(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                 const lm_tensor *r, const lm_conv_spec *spec)
{
    const int64_t height = lm_dim(y, 1), width = lm_dim(y, 2), channels = lm_dim(y, 3);
    const int64_t pixels = lm_dim(y, 0) * height * width;
    const bool    bias_by_picture = b && b->shape.n == 2;

    for (int64_t i = 0; i < pixels; i++) {
        const int64_t n = i / (height * width), row = i / width % height, column = i % width;
        if (lm_pass_stopped(p))
            return false;
        for (int64_t o = 0; o < channels; o++)
            put(y, i * channels + o,
                window(x, w, spec, n, row, column, o) +
                    get_or_0(b, bias_by_picture ? n * channels + o : o) + get_or_0(r, i * channels + o));
    }
    return true;
}
