/* fuzz_safetensors.c: any bytes as a model file: open it, look at every tensor, read what can be computed on.
 *
 * Beyond not crashing: what is accepted lies inside the file, is found under its own name, and can be read to
 * its last byte; what is refused has a sentence that names the file. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/data/safetensors.h"
#include "tests/fuzz/fuzz.h"

/* The bytes as a file whose header length is right two times of three: the rest is what gets explored. */
static int file_of(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("weights", MFD_CLOEXEC);
    uint8_t   first[8] = { 0 };
    size_t    length = size > 2 ? (size_t)data[0] + 256u * data[1] : 0;

    if (size > 3 && data[2] % 3) {
        length %= size - 2;
        for (int i = 0; i < 8; i++)
            first[i] = (uint8_t)((uint64_t)length >> 8 * i);
        want(write(fd, first, 8) == 8, "a file in memory can be written");
        data += 3;
        size -= 3;
    }
    want(write(fd, data, size) == (ssize_t)size, "a file in memory can be written");
    return fd;
}

static void read_one(lm_weights *w, const lm_weight *t)
{
    limn_error err = { 0 };
    lm_tensor *tensor = lm_weights_tensor(w, lm_host_device(), t->name, &err);
    float     *numbers;

    want((tensor != NULL) == (t->dtype <= LM_BF16), "what limn computes on can be had");
    if (!tensor)
        return;
    numbers = lm_alloc((size_t)lm_count(tensor) * sizeof *numbers);
    lm_tensor_read(tensor, LM_F32, numbers);
    lm_free(numbers);
    lm_tensor_unref(tensor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int   fd = file_of(data, size);
    const off_t whole = lseek(fd, 0, SEEK_END);
    limn_error  err = { 0 };
    lm_weights *w = lm_weights_open(fd, "x.safetensors", &err);

    close(fd);
    want(w ? err.code == LIMN_OK : err.code != LIMN_OK, "an answer is one or the other");
    want(w || strstr(err.text, "x.safetensors"), "a refusal names the file");
    for (size_t i = 0; w && i < lm_weights_count(w); i++) {
        const lm_weight *t = lm_weights_at(w, i);

        want(t->offset + t->bytes <= (uint64_t)whole, "a tensor lies inside the file");
        want(lm_weights_find(w, t->name) == t, "a tensor is found under its name");
        read_one(w, t);
    }
    lm_weights_unref(w);
    return 0;
}
