/* stored_value_test.c: values in files: what goes in comes out, and nothing else does. */
#include "core/graph/stored_value.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/test.h"

static const lm_hash key = { 1, 2 };

static lm_tensor *tensor_of(lm_dtype dtype, lm_shape shape)
{
    lm_tensor *t = lm_tensor_new(lm_host_device(), dtype, shape, NULL);

    for (size_t i = 0; i < lm_bytes(t); i++)
        ((uint8_t *)t->data)[i] = (uint8_t)(i * 7 + 3);
    return t;
}

/* A value with everything that can be stored. */
static limn_value *full_value(void)
{
    limn_value *v = lm_value_new("CONDITIONING"), *inner = lm_value_new("AREA"), *list = lm_value_list_new();

    lm_value_set_tensor(v, "tokens", tensor_of(LM_F32, LM_SHAPE(1, 77, 300)));
    lm_value_set_tensor(v, "half", tensor_of(LM_F16, LM_SHAPE(3, 5)));
    lm_value_set_tensor(v, "none", tensor_of(LM_BF16, LM_SHAPE(0, 5)));
    lm_value_set_uint(v, "seed", UINT64_MAX);
    lm_value_set_number(v, "strength", -0.1);
    lm_value_set_text(v, "text", "größer");
    lm_value_set_text(v, "empty", "");
    lm_value_set_int(inner, "x", -5);
    lm_value_set_value(v, "area", inner);
    lm_value_push(list, lm_value_blocker_new("stop"));
    lm_value_push(v, list);
    lm_value_push(v, lm_value_new("ITEM"));
    return v;
}

static bool same_tensor(const lm_tensor *a, const lm_tensor *b)
{
    return a->dtype == b->dtype && lm_shape_same(a->shape, b->shape) && !memcmp(a->data, b->data, lm_bytes(a));
}

static bool same_value(const limn_value *a, const limn_value *b);

static bool same_field(lm_field a, lm_field b)
{
    if (strcmp(a.name, b.name) || a.kind != b.kind)
        return false;
    switch (a.kind) {
    case LM_FIELD_TENSOR: return same_tensor(a.tensor, b.tensor);
    case LM_FIELD_VALUE: return same_value(a.value, b.value);
    case LM_FIELD_TEXT: return !strcmp(a.text, b.text);
    default: return a.integer == b.integer; /* the bits of a number, too */
    }
}

static bool same_value(const limn_value *a, const limn_value *b)
{
    bool same = !strcmp(lm_value_type(a), lm_value_type(b)) && lm_value_kind_of(a) == lm_value_kind_of(b) &&
                lm_value_field_count(a) == lm_value_field_count(b) && lm_value_count(a) == lm_value_count(b);

    for (int i = 0; same && i < lm_value_field_count(a); i++)
        same = same_field(lm_value_field(a, i), lm_value_field(b, i));
    for (int i = 0; same && i < lm_value_count(a); i++)
        same = same_value(lm_value_item(a, i), lm_value_item(b, i));
    return same;
}

static int file_of(limn_value *const *values, int n, uint64_t *size)
{
    const int            fd = memfd_create("stored", MFD_CLOEXEC);
    const lm_stored_head head = { key, 1.5, n };

    *size = lm_stored_size(values, n, UINT64_MAX);
    WANT(*size && lm_stored_write(fd, &head, values, *size));
    WANT((uint64_t)lseek(fd, 0, SEEK_END) == *size);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Reads it; false when nothing came out. */
static bool read_back(int fd, int n, limn_value **out, limn_error *err)
{
    lm_stored_head head = { .key = key, .n = n };
    const bool     well = lm_stored_read(fd, &head, NULL, out, err);

    WANT(!well || head.seconds == 1.5);
    return well;
}

TEST(what_is_stored_comes_back_the_same)
{
    limn_value *in[2] = { full_value(), lm_value_new("INT") }, *out[2];
    uint64_t    size;
    int         fd;

    lm_value_set_int(in[1], "value", 7);
    fd = file_of(in, 2, &size);
    WANT(read_back(fd, 2, out, NULL) && same_value(in[0], out[0]) && same_value(in[1], out[1]));
    WANT(size > 77 * 300 * 4 && size < 77 * 300 * 4 + 1000);
    for (int i = 0; i < 2; i++) {
        lm_value_unref(in[i]);
        lm_value_unref(out[i]);
    }
    close(fd);
}

/* Bodies around the size of what is hashed in one go. */
TEST(any_length_comes_back)
{
    for (int64_t n = 65536 - 200; n < 65536 + 40; n += 3) {
        limn_value *v = lm_value_new("BYTES"), *out;
        uint64_t    size;
        int         fd;

        lm_value_set_tensor(v, "x", tensor_of(LM_F16, LM_SHAPE(n / 2)));
        lm_value_set_text(v, "t", "odd" + n % 3);
        fd = file_of(&v, 1, &size);
        WANT(read_back(fd, 1, &out, NULL) && same_value(v, out));
        lm_value_unref(v);
        lm_value_unref(out);
        close(fd);
    }
}

static void free_nothing(void *object) { (void)object; }
static const lm_object_kind thing = { .name = "thing", .free = free_nothing };

TEST(objects_wires_and_what_is_too_deep_or_large_are_not_stored)
{
    limn_value *v = full_value(), *deep = lm_value_new("X"), *wire = lm_value_wire_new(0);
    uint64_t    size = lm_stored_size(&v, 1, UINT64_MAX);

    WANT(lm_stored_size(&v, 1, size) == size && lm_stored_size(&v, 1, size - 1) == 0);
    WANT(lm_stored_size(&wire, 1, UINT64_MAX) == 0);
    lm_value_set_object(v, "model", &size, &thing);
    WANT(lm_stored_size(&v, 1, UINT64_MAX) == 0);
    for (int i = 0; i < 40; i++) {
        limn_value *outer = lm_value_new("X");

        lm_value_push(outer, deep);
        deep = outer;
    }
    WANT(lm_stored_size(&deep, 1, UINT64_MAX) == 0);
    lm_value_unref(v);
    lm_value_unref(deep);
    lm_value_unref(wire);
}

TEST(another_key_or_number_of_values_is_refused)
{
    limn_value    *in = full_value(), *out[2];
    uint64_t       size;
    const int      fd = file_of(&in, 1, &size);
    lm_stored_head other = { .key = { 1, 3 }, .n = 1 }, two = { .key = key, .n = 2 };
    limn_error     err = { 0 };

    WANT(!lm_stored_read(fd, &other, NULL, out, &err) && err.code == LIMN_FILE);
    lseek(fd, 0, SEEK_SET);
    WANT(!lm_stored_read(fd, &two, NULL, out, &err) && !out[0] && !out[1]);
    lm_value_unref(in);
    close(fd);
}

/* A small file, so that every byte can be damaged. */
static limn_value *small_value(void)
{
    limn_value *v = lm_value_new("LATENT");

    lm_value_set_tensor(v, "samples", tensor_of(LM_F32, LM_SHAPE(1, 2, 2)));
    lm_value_set_text(v, "text", "word");
    lm_value_push(v, lm_value_new("ITEM"));
    return v;
}

TEST(no_damaged_byte_and_no_shorter_or_longer_file_is_believed)
{
    limn_value *in = small_value(), *out;
    uint64_t    size;
    const int   fd = file_of(&in, 1, &size);

    for (uint64_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit += 3) {
            limn_error err = { 0 };
            uint8_t    was, is;

            WANT(pread(fd, &was, 1, (off_t)i) == 1);
            is = (uint8_t)(was ^ 1 << bit);
            WANT(pwrite(fd, &is, 1, (off_t)i) == 1);
            lseek(fd, 0, SEEK_SET);
            WANT(!read_back(fd, 1, &out, &err) && !out && err.code == LIMN_FILE && *err.text);
            WANT(pwrite(fd, &was, 1, (off_t)i) == 1);
        }
    lseek(fd, 0, SEEK_SET);
    WANT(read_back(fd, 1, &out, NULL));
    lm_value_unref(out);
    for (uint64_t n = size + 1; n-- > 0;) {
        WANT(!ftruncate(fd, (off_t)(n == size ? size + 1 : n)));
        lseek(fd, 0, SEEK_SET);
        WANT(!read_back(fd, 1, &out, NULL) && !out);
    }
    lm_value_unref(in);
    close(fd);
}

TEST(a_full_disk_is_told)
{
    limn_value          *in = full_value();
    const lm_stored_head head = { key, 0, 1 };
    int                  ends[2];

    WANT(!pipe(ends));
    close(ends[1]);
    WANT(!lm_stored_write(ends[0], &head, &in, lm_stored_size(&in, 1, UINT64_MAX)) && errno == EBADF);
    close(ends[0]);
    lm_value_unref(in);
}

TEST_MAIN
