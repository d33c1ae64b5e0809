/* cache_disk_test.c: results in a folder that several processes share, any of which may be killed. */
#include "core/graph/cache_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/graph/cache.h"
#include "tests/temporary.h"
#include "tests/test.h"

enum { DEAR = 60 }; /* seconds that are worth any file here */

static char folder[TEMPORARY_PATH];

static lm_hash key_of(uint64_t i)
{
    return lm_hash_u64(lm_hash_start(), i);
}

/* A folder of this test's own, empty. */
static void make_folder(void)
{
    temporary_folder(folder, "disk");
}

static void path_of(const char *name, char path[600])
{
    snprintf(path, 600, "%s/%.300s", folder, name);
}

/* Calls `each` with the path of every file; how many there are. */
static int each_file(void (*each)(const char *path))
{
    DIR           *d = opendir(folder);
    struct dirent *e;
    char           path[600];
    int            n = 0;

    while ((e = readdir(d)))
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
            path_of(e->d_name, path);
            if (each)
                each(path);
            n++;
        }
    closedir(d);
    return n;
}

static void remove_file(const char *path) { WANT(!unlink(path)); }

static void remove_folder(void)
{
    each_file(remove_file);
    WANT(!rmdir(folder));
}

static lm_cache_disk *open_disk(uint64_t bytes)
{
    limn_error     err = { 0 };
    lm_cache_disk *d = lm_cache_disk_open(folder, bytes, &err);

    WANT(d && err.code == LIMN_OK);
    return d;
}

/* Result `i`: n numbers, each of which is i. */
static limn_value *value_of(uint64_t i, int64_t n)
{
    limn_value *v = lm_value_new("LATENT");
    lm_tensor  *t = lm_tensor_new(lm_host_device(), LM_F32, LM_SHAPE(n), NULL);

    for (int64_t k = 0; k < n; k++)
        ((float *)t->data)[k] = (float)i;
    lm_value_set_tensor(v, "samples", t);
    lm_value_set_uint(v, "i", i);
    return v;
}

static void write_one(lm_cache_disk *d, uint64_t i, int64_t n, double seconds)
{
    limn_value *v = value_of(i, n);

    lm_cache_disk_write(d, key_of(i), &v, 1, seconds);
    lm_value_unref(v);
}

enum found { ABSENT, RIGHT, WRONG };

static enum found read_one(lm_cache_disk *d, uint64_t i)
{
    limn_value *v = NULL;
    double      seconds;
    bool        right;

    if (!lm_cache_disk_read(d, key_of(i), NULL, &v, 1, &seconds))
        return ABSENT;
    const lm_tensor *t = lm_value_tensor(v, "samples");

    right = seconds >= 1 && (uint64_t)lm_value_int(v, "i", -1) == i && t && lm_count(t) > 0;
    for (int64_t k = 0; right && k < lm_count(t); k++)
        right = ((const float *)t->data)[k] == (float)i;
    lm_value_unref(v);
    return right ? RIGHT : WRONG;
}

TEST(what_one_process_kept_the_next_one_finds)
{
    lm_cache_disk *d;

    make_folder();
    d = open_disk(1 << 20);
    WANT(read_one(d, 1) == ABSENT);
    write_one(d, 1, 100, DEAR);
    WANT(read_one(d, 1) == RIGHT && lm_cache_disk_report(d).writes == 1);
    lm_cache_disk_close(d);
    d = open_disk(1 << 20);
    WANT(read_one(d, 1) == RIGHT && read_one(d, 2) == ABSENT);
    WANT(lm_cache_disk_report(d).hits == 1 && lm_cache_disk_report(d).misses == 1);
    WANT(lm_cache_disk_report(d).bytes > 400);
    lm_cache_disk_close(d);
    remove_folder();
}

TEST(what_was_cheap_is_not_kept)
{
    lm_cache_disk *d;

    make_folder();
    d = open_disk(1 << 30);
    write_one(d, 1, 10, 0.04);
    write_one(d, 2, 10 << 20, 0.3); /* 42 MB at 100 MB/s are 0.42 s */
    WANT(each_file(NULL) == 0);
    write_one(d, 3, 10, 0.06);
    WANT(each_file(NULL) == 1);
    lm_cache_disk_close(d);
    remove_folder();
}

static void break_file(const char *path)
{
    const int fd = open(path, O_WRONLY);

    WANT(pwrite(fd, "x", 1, 200) == 1);
    close(fd);
}

static void cut_file(const char *path) { WANT(!truncate(path, 100)); }

TEST(a_damaged_file_is_dropped)
{
    const lm_log_level before = lm_log_least;
    lm_cache_disk     *d;

    lm_log_least = LM_LOG_ERROR;
    make_folder();
    d = open_disk(1 << 20);
    for (int i = 0; i < 2; i++) {
        write_one(d, 1, 100, DEAR);
        each_file(i ? cut_file : break_file);
        WANT(read_one(d, 1) == ABSENT && each_file(NULL) == 0);
    }
    WANT(lm_cache_disk_report(d).damaged == 2);
    write_one(d, 1, 100, DEAR);
    WANT(read_one(d, 1) == RIGHT);
    lm_cache_disk_close(d);
    remove_folder();
    lm_log_least = before;
}

/* Times on a file are as fine as the system's clock tick. */
static void wait_a_tick(void) { nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL); }

TEST(what_was_used_longest_ago_makes_room)
{
    lm_cache_disk *d;

    make_folder();
    d = open_disk(10000);
    for (uint64_t i = 0; i < 4; i++) {
        write_one(d, i, 500, DEAR);
        wait_a_tick();
    }
    WANT(read_one(d, 0) == RIGHT);
    wait_a_tick();
    write_one(d, 4, 500, DEAR);
    WANT(read_one(d, 1) == ABSENT && read_one(d, 0) == RIGHT && read_one(d, 2) == RIGHT && read_one(d, 4) == RIGHT);
    WANT(lm_cache_disk_report(d).bytes <= 10000);
    write_one(d, 5, 5000, DEAR); /* larger than the folder may be */
    WANT(read_one(d, 5) == ABSENT && read_one(d, 4) == RIGHT);
    lm_cache_disk_close(d);
    d = open_disk(5000); /* and it shrinks */
    WANT(each_file(NULL) == 2);
    lm_cache_disk_close(d);
    remove_folder();
}

TEST(what_is_not_ours_stays_and_what_a_dead_writer_left_goes)
{
    static const char *const names[] = { "notes.txt", ".part-1-2-3-4", ".part-5-6-7-8" };
    lm_cache_disk           *d;
    char                     path[600];

    make_folder();
    for (int i = 0; i < 3; i++) {
        path_of(names[i], path);
        close(open(path, O_WRONLY | O_CREAT, 0600));
    }
    utimensat(AT_FDCWD, path, (struct timespec[2]){ { .tv_sec = 1000 }, { .tv_sec = 1000 } }, 0);
    d = open_disk(1);
    WANT(each_file(NULL) == 2 && access(path, F_OK));
    lm_cache_disk_close(d);
    remove_folder();
}

TEST(a_link_and_a_pipe_are_no_results)
{
    lm_cache_disk *d;
    char           name[600] = "";

    make_folder();
    d = open_disk(1 << 20);
    write_one(d, 1, 10, DEAR);
    DIR *all = opendir(folder);

    for (struct dirent *e; (e = readdir(all));)
        if (strstr(e->d_name, ".limn"))
            path_of(e->d_name, name);
    closedir(all);
    WANT(!unlink(name) && !mkfifo(name, 0600));
    WANT(read_one(d, 1) == ABSENT); /* and does not wait */
    WANT(!unlink(name) && !symlink("/etc/passwd", name));
    WANT(read_one(d, 1) == ABSENT);
    lm_cache_disk_close(d);
    remove_folder();
}

TEST(a_folder_that_cannot_be_had_is_a_sentence)
{
    limn_error err = { 0 };

    WANT(!lm_cache_disk_open("/dev/null/x", 1, &err) && err.code == LIMN_FILE && strstr(err.text, "/dev/null/x"));
    err = (limn_error){ 0 };
    WANT(!lm_cache_disk_open("", 1, &err) && err.code == LIMN_FILE);
}

/* ------------------------------------------------------------------ in front of it, memory */

static lm_cache *open_cache(size_t bytes)
{
    return lm_cache_open(&(lm_cache_options){ .host_bytes = bytes, .disk = open_disk(1 << 20) });
}

static bool look(lm_cache *c, uint64_t i, limn_value **v)
{
    *v = NULL;
    return lm_cache_lookup(c, key_of(i), v, 1, NULL);
}

TEST(a_hit_on_disk_moves_into_memory)
{
    limn_value *v, *again, *kept = value_of(3, 10);
    lm_cache   *c;

    make_folder();
    c = open_cache(1 << 20);
    lm_cache_store(c, key_of(3), &kept, 1, NULL, DEAR);
    lm_cache_store(c, key_of(4), &kept, 1, "{}", DEAR); /* an answer: its effect belongs to the run */
    lm_cache_store(c, key_of(5), NULL, 0, NULL, DEAR);
    WANT(each_file(NULL) == 1);
    lm_cache_free(c);
    c = open_cache(1 << 20);
    WANT(look(c, 3, &v) && lm_value_int(v, "i", 0) == 3 && lm_cache_report(c).disk_hits == 1);
    each_file(remove_file);
    WANT(look(c, 3, &again) && again == v && lm_cache_report(c).hits == 2 && lm_cache_report(c).disk_hits == 1);
    lm_value_unref(v);
    lm_value_unref(again);
    WANT(!look(c, 4, &v) && lm_cache_report(c).misses == 1);
    lm_cache_free(c);
    lm_value_unref(kept);
    remove_folder();
}

TEST(without_memory_the_disk_still_answers)
{
    limn_value *v, *kept = value_of(3, 10);
    lm_cache   *c;

    make_folder();
    c = open_cache(0);
    lm_cache_store(c, key_of(3), &kept, 1, NULL, DEAR);
    WANT(lm_cache_report(c).count == 0 && look(c, 3, &v) && v != kept);
    lm_value_unref(v);
    lm_value_unref(kept);
    lm_cache_free(c);
    remove_folder();
}

/* ------------------------------------------------------------------ kill -9 */

static uint32_t next_random(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return *x >> 8;
}

/* Reads and writes until it is killed; leaves with 1 when it is given a wrong result. */
_Noreturn static void work(uint32_t seed)
{
    lm_cache_disk *d = lm_cache_disk_open(folder, 400000, NULL);

    for (;;) {
        const uint64_t i = next_random(&seed) % 12;

        if (!d || read_one(d, i) == WRONG || lm_cache_disk_report(d).damaged)
            _exit(1);
        if (next_random(&seed) % 2)
            write_one(d, i, 1000 + (int64_t)i * 4000, DEAR);
    }
}

static int whole_ones(void)
{
    lm_cache_disk *d = open_disk(1 << 20);
    int            n = 0;

    for (uint64_t i = 0; i < 12; i++) {
        const enum found f = read_one(d, i);

        WANT(f != WRONG);
        n += f == RIGHT;
    }
    WANT(lm_cache_disk_report(d).damaged == 0);
    lm_cache_disk_close(d);
    return n;
}

TEST(killed_at_any_moment_nobody_sees_half_a_result)
{
    enum { WORKERS = 3, ROUNDS = 40 };
    uint32_t seed = 1;
    pid_t    child[WORKERS];
    int      status;

    make_folder();
    for (int i = 0; i < WORKERS; i++)
        if (!(child[i] = fork()))
            work((uint32_t)i);
    for (int round = 0; round < ROUNDS; round++) {
        const int i = (int)(next_random(&seed) % WORKERS);

        nanosleep(&(struct timespec){ .tv_nsec = (long)(next_random(&seed) % 8000000) }, NULL);
        kill(child[i], SIGKILL);
        WANT(waitpid(child[i], &status, 0) == child[i] && WIFSIGNALED(status));
        if (!(child[i] = fork()))
            work(next_random(&seed));
    }
    while (!whole_ones()) /* the last ones live until something is kept */
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    for (int i = 0; i < WORKERS; i++) {
        kill(child[i], SIGKILL);
        WANT(waitpid(child[i], &status, 0) == child[i] && WIFSIGNALED(status));
    }
    WANT(whole_ones() > 0);
    remove_folder();
}

TEST_MAIN
