/* safetensors_test.c: good files are read, and every kind of bad one is a sentence, quickly and in little
 * memory (GOAL-7, SEC-22 to SEC-25 of the reliability goals). */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/data/pass.h"
#include "core/data/safetensors.h"
#include "tests/test.h"
#include "tests/unit/call_for_tests.h"

/* A file in memory: a header of `length` bytes (said to be `claimed`), then `data` zero bytes. */
static int file_of(const void *header, size_t length, uint64_t claimed, size_t data)
{
    int     fd = memfd_create("weights", 0);
    uint8_t first[8];

    for (int i = 0; i < 8; i++)
        first[i] = (uint8_t)(claimed >> 8 * i);
    if (write(fd, first, 8) != 8 || write(fd, header, length) != (ssize_t)length ||
        ftruncate(fd, (off_t)(8 + length + data)))
        abort();
    return fd;
}

static lm_weights *open_text(const char *header, size_t data, limn_error *err)
{
    const int   fd = file_of(header, strlen(header), strlen(header), data);
    lm_weights *w = lm_weights_open(fd, "x.safetensors", err);

    close(fd);
    return w;
}

static void want_refused(const char *header, size_t data, const char *because)
{
    limn_error  err = { 0 };
    lm_weights *w = open_text(header, data, &err);

    if (w || err.code != LIMN_FILE || !strstr(err.text, because) ||
        !strstr(err.text, "x.safetensors"))
        printf("header %.100s\n  said: %s\n", header, err.text);
    WANT(!w && err.code == LIMN_FILE && strstr(err.text, because) &&
         strstr(err.text, "x.safetensors"));
    lm_weights_unref(w);
}

#define A(dtype, shape, from, to)                                                              \
    "\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

TEST(a_good_file_is_read)
{
    limn_error  err = { 0 };
    lm_weights *w = open_text("{\"__metadata__\":{\"k\":\"v\"}," A("F32", "[2,2]", 4, 20)
                              ",\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                              "\"none\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[4,4]}}  ",
                              20, &err);
    lm_tensor  *t;

    WANT(w && lm_weights_count(w) == 3);
    if (!w)
        return;
    WANT_TEXT(lm_weights_at(w, 0)->name, "b");
    WANT_TEXT(lm_weights_metadata(w, "k"), "v");
    WANT(!lm_weights_metadata(w, "x") && !lm_weights_find(w, "c"));
    t = lm_weights_tensor(w, lm_host_device(), "a", &err);
    lm_weights_unref(w); /* the tensor keeps the file */
    WANT(t && lm_dim(t, 1) == 2 && ((float *)t->data)[3] == 0);
    lm_tensor_unref(t);
}

TEST(every_lie_in_a_header_has_its_sentence)
{
    want_refused("{" A("F32", "[2,2]", 0, 16) "}", 12, "truncated");
    want_refused("{" A("F32", "[2,2]", 0, 16) "}", 20, "belong to nothing");
    want_refused("{" A("F32", "[2,2]", 4, 20) "}", 20, "hole");
    want_refused("{" A("F32", "[2,2]", 0, 15) "}", 15, "do not come to");
    want_refused("{" A("F33", "[2,2]", 0, 16) "}", 16, "dtype F33");
    want_refused("{" A("F32", "[2,-2]", 0, 16) "}", 16, "size 1");
    want_refused("{" A("F32", "[2,2.0]", 0, 16) "}", 16, "size 1");
    want_refused("{" A("F32", "4", 0, 16) "}", 16, "shape");
    want_refused("{" A("F32", "[1,1,1,1,1,1,1,1,4]", 0, 16) "}", 16, "shape");
    want_refused("{" A("F32", "[4611686018427387904,4]", 0, 0) "}", 0, "do not come to");
    want_refused("{" A("F32", "[4294967296,4294967296]", 0, 0) "}", 0, "do not come to");
    want_refused("{" A("F32", "[4]", 16, 0) "}", 16, "rising");
    want_refused("{" A("F32", "[4]", -16, 0) "}", 16, "rising");
    want_refused("{" A("F32", "[4]", 0, 99999999999999999999) "}", 16, "header");
    want_refused("{" A("F32", "[4]", 0, 16) "," A("F32", "[4]", 16, 32) "}", 32, "header");
    want_refused("{" A("F32", "[4]", 0, 16) ",\"b\":{\"dtype\":\"F32\",\"shape\":[4],"
                 "\"data_offsets\":[8,24]}}", 24, "overlap");
    want_refused("{\"a\":[]}", 0, "not an object");
    want_refused("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__");
    want_refused("{\"__metadata__\":[]}", 0, "__metadata__");
    want_refused("[]", 0, "begin with {");
    want_refused("{\"a\":", 0, "header");
    want_refused("{} x", 0, "header");
    want_refused("{\"a\\u0000b\":{}}", 0, "header");
}

TEST(a_length_that_lies_is_refused_before_it_is_believed)
{
    static const uint64_t lies[] = { 0, 1, 3, 100, 100000001, UINT64_MAX, UINT64_MAX - 7, 1ull << 63 };

    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        limn_error  err = { 0 };
        const int   fd = file_of("{}", 2, lies[i], 0);
        lm_weights *w = lm_weights_open(fd, "x.safetensors", &err);

        WANT(!w && err.code == LIMN_FILE);
        close(fd);
    }
}

TEST(what_is_no_file_at_all_is_refused)
{
    limn_error err = { 0 };
    const int  folder = open(".", O_RDONLY), empty = memfd_create("empty", 0);

    WANT(!lm_weights_open(folder, "x.safetensors", &err) && err.code == LIMN_FILE);
    err = (limn_error){ 0 };
    WANT(!lm_weights_open(empty, "x.safetensors", &err) && strstr(err.text, "too short"));
    close(folder);
    close(empty);
}

/* A good file of many tensors to damage: its bytes, header and data. */
static char *good_file(size_t *header, size_t *size)
{
    lm_text t = { 0 };
    char   *file;

    lm_text_puts(&t, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (int i = 0; i < 300; i++)
        lm_text_printf(&t, ",\"layer.%d.weight\":{\"dtype\":\"F16\",\"shape\":[8,%d],"
                       "\"data_offsets\":[%d,%d]}", i, 4, i * 64, i * 64 + 64);
    lm_text_puts(&t, "}");
    *header = t.size;
    *size = 8 + t.size + 300 * 64;
    file = lm_alloc(*size);
    for (int i = 0; i < 8; i++)
        file[i] = (char)(t.size >> 8 * i);
    memcpy(file + 8, t.at, t.size);
    lm_text_done(&t);
    return file;
}

static lm_weights *open_bytes(const char *bytes, size_t n, limn_error *err)
{
    const int   fd = memfd_create("weights", 0);
    lm_weights *w;

    if (write(fd, bytes, n) != (ssize_t)n)
        abort();
    w = lm_weights_open(fd, "x.safetensors", err);
    close(fd);
    return w;
}

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#ifndef __SANITIZE_ADDRESS__
static long peak_kilobytes(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}
#endif

TEST(five_hundred_truncations_are_all_refused_in_little_memory)
{
    size_t     header, size;
    char      *file = good_file(&header, &size);
    limn_error err = { 0 };
#ifndef __SANITIZE_ADDRESS__
    const long before = peak_kilobytes();
#endif
    int        refused = 0, sentences = 0;

    lm_weights_unref(open_bytes(file, size, &err));
    WANT(err.code == LIMN_OK);
    for (int i = 0; i < 500; i++) {
        err = (limn_error){ 0 };
        refused += open_bytes(file, size * (size_t)i / 500, &err) == NULL;
        sentences += err.code == LIMN_FILE && strstr(err.text, "x.safetensors") != NULL;
    }
    WANT(refused == 500 && sentences == 500);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
    WANT(peak_kilobytes() - before < 16 * 1024);
#endif
    lm_free(file);
}

/* A flipped header byte may leave a good file (a letter of a name); what is accepted must hold. */
TEST(a_thousand_flipped_bytes_never_break_a_promise)
{
    size_t   header, size;
    char    *file = good_file(&header, &size);
    unsigned seed = 12345;
    double   worst = 0;

    for (int i = 0; i < 1000; i++) {
        const size_t at = (seed = seed * 1664525 + 1013904223) % (8 + header);
        const char   was = file[at];
        limn_error   err = { 0 };
        const double began = cpu_seconds();
        lm_weights  *w;

        file[at] ^= (char)(1u << (seed >> 20 & 7));
        w = open_bytes(file, size, &err);
        worst = cpu_seconds() - began > worst ? cpu_seconds() - began : worst;
        for (size_t k = 0; w && k < lm_weights_count(w); k++) {
            const lm_weight *t = lm_weights_at(w, k);

            WANT(t->offset + t->bytes <= size);
        }
        WANT(w || err.code == LIMN_FILE);
        lm_weights_unref(w);
        file[at] = was;
    }
    if (worst > 0.05)
        printf("the slowest took %.0f ms\n", worst * 1e3);
    lm_free(file);
}

TEST(ten_thousand_tensors_are_found_by_name)
{
    lm_text     t = { 0 };
    limn_error  err = { 0 };
    lm_weights *w;
    char        name[32];
    int         found = 0;

    lm_text_puts(&t, "{");
    for (int i = 0; i < 10000; i++)
        lm_text_printf(&t, "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
                       i ? "," : "", i * 7919 % 10000, i, i + 1);
    lm_text_puts(&t, "}");
    w = open_text(t.at, 10000, &err);
    WANT(w != NULL);
    for (int i = 0; w && i < 10000; i++) {
        snprintf(name, sizeof name, "t%d", i);
        found += lm_weights_find(w, name) && !strcmp(lm_weights_find(w, name)->name, name);
    }
    WANT(found == 10000);
    lm_weights_unref(w);
    lm_text_done(&t);
}

TEST(a_file_that_changes_is_noticed)
{
    const char *header = "{" A("F32", "[4096]", 0, 16384) "}";
    const int   fd = file_of(header, strlen(header), strlen(header), 16384);
    limn_error  err = { 0 };
    lm_weights *w = lm_weights_open(fd, "x.safetensors", &err);

    WANT(w && lm_weights_check(w, &err));
    WANT(ftruncate(fd, 20000) == 0 && !lm_weights_check(w, &err) && err.code == LIMN_FILE);
    lm_weights_unref(w);
    close(fd);
}

TEST(a_file_that_shrinks_while_it_is_read_fails_the_pass_and_not_the_process)
{
    char        header[80]; /* padded as writers do, so that the tensor is mapped and not copied */
    const int   n = snprintf(header, sizeof header, "%-72s", "{" A("F32", "[65536]", 0, 262144) "}");
    const int   fd = file_of(header, (size_t)n, (uint64_t)n, 262144);
    limn_error  err = { 0 };
    lm_weights *w = lm_weights_open(fd, "x.safetensors", &err);
    lm_tensor  *t = lm_weights_tensor(w, lm_host_device(), "a", &err);
    lm_pass    *p = lm_pass_begin(call_on(lm_host_device()));
    float      *copy = lm_host_floats(p, 65536);

    WANT(t && ftruncate(fd, 8192) == 0);
    if (t)
        lm_tensor_read(t, LM_F32, copy);
    WANT(!lm_pass_end(p, &err) && err.code == LIMN_FILE && strstr(err.text, "x.safetensors"));
    lm_tensor_unref(t);
    lm_weights_unref(w);
    close(fd);
}

TEST_MAIN
