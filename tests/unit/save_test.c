/* save_test.c: the nodes that write pictures: names, bytes, metadata, and what is left when it fails. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "nodes/picture/name.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/texts.h"
#include "nodes/types.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"
#include "tests/temporary.h"

extern const limn_node *const lm_nodes_image_save[]; /* SaveImage, PreviewImage, MaskPreview, … */
enum { SAVE, PREVIEW, PREVIEW_MASK };

/* ------------------------------------------------------------------ a base folder to play in */

static char base[256];

static const char *at(const char *inside)
{
    static char path[2][600];
    static int  turn;

    snprintf(path[turn ^= 1], sizeof path[0], "%s/%s", base, inside);
    return path[turn];
}

static void begin(void)
{
    temporary_folder(base, "save");
    test_env = (lm_run_env){ .stop = &test_stop, .folders = lm_folders_new(base, NULL) };
    WANT(test_env.folders != NULL);
}

static void end(void)
{
    char command[400];

    lm_folders_free(test_env.folders);
    test_env = (lm_run_env){ .stop = &test_stop };
    free(test_call.ui_json);
    test_call.ui_json = NULL;
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    WANT(!system(command));
}

static void touch(const char *inside)
{
    FILE *f = fopen(at(inside), "w");

    WANT(f != NULL);
    if (f)
        fclose(f);
}

static int count_in(const char *inside)
{
    DIR           *d = opendir(at(inside));
    struct dirent *e;
    int            n = 0;

    while (d && (e = readdir(d)))
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    if (d)
        closedir(d);
    return n;
}

static limn_value *value_of(const char *type, const char *field, lm_shape s, const float *numbers)
{
    limn_value *v = lm_value_new(type);

    lm_value_set_tensor(v, field, lm_tensor_from(guard_device(), LM_F32, s, numbers, NULL));
    return v;
}

static limn_value *pictures(int64_t n, int64_t h, int64_t w, int64_t c)
{
    float      *px = calloc((size_t)(n * h * w * c), sizeof *px);
    limn_value *v;

    for (int64_t i = 0; i < n * h * w * c; i++)
        px[i] = (float)(i % 97) / 96.0f;
    v = value_of("IMAGE", "pixels", LM_SHAPE(n, h, w, c), px);
    free(px);
    return v;
}

static bool save(const limn_value *images, const char *prefix, limn_error *err)
{
    struct {
        const limn_value *images;
        const char       *prefix;
    } args = { images, prefix };

    *err = (limn_error){ 0 };
    return lm_nodes_image_save[SAVE]->run(call_on(guard_device()), &args, NULL, err);
}

/* ------------------------------------------------------------------ names */

static void make_files(const json_t *files)
{
    const json_t *name;
    size_t        i;

    mkdir(at("output"), 0777);
    json_array_foreach(files, i, name) {
        const char *slash = strchr(json_string_value(name), '/');
        char        path[200];

        if (slash) {
            snprintf(path, sizeof path, "output/%.*s", (int)(slash - json_string_value(name)),
                     json_string_value(name));
            mkdir(at(path), 0777);
        }
        snprintf(path, sizeof path, "output/%s", json_string_value(name));
        touch(path);
    }
}

static void want_name(const json_t *row)
{
    const struct tm then = { .tm_year = 125, .tm_mon = 2, .tm_mday = 9, .tm_hour = 7, .tm_min = 5, .tm_sec = 2 };
    lm_picture_name n;
    limn_error      err = { 0 };
    const bool      fine = lm_picture_name_make(recorded_text(row, "prefix"), recorded_int(row, "width"),
                                                recorded_int(row, "height"), &then, &n, &err);
    int64_t         counter;
    char           *file;

    WANT(fine == !json_is_true(json_object_get(row, "refused")));
    if (!fine) {
        WANT(err.code == LIMN_INPUT);
        return;
    }
    counter = lm_folders_next_counter(test_env.folders, "output", n.subfolder, n.name, &err);
    file = lm_picture_file_name(&n, 0, counter);
    WANT_TEXT(n.subfolder, recorded_text(row, "subfolder"));
    WANT_TEXT(n.name, recorded_text(row, "name"));
    WANT(counter == recorded_int(row, "counter"));
    WANT_TEXT(file, recorded_text(row, "file"));
    free(file);
    lm_picture_name_done(&n);
}

TEST(files_are_called_as_the_reference_calls_them)
{
    json_t *table = recorded_table("tests/parity/tables.json"), *row;
    size_t  i;

    json_array_foreach(json_object_get(table, "file_names"), i, row) {
        begin();
        make_files(json_object_get(row, "files"));
        want_name(row);
        end();
    }
    WANT(i >= 24);
    json_decref(table);
}

/* All of saving but the writing, which waits for the disk. */
static bool could_write(const char *prefix, limn_error *err)
{
    const struct tm then = { .tm_year = 125 };
    lm_picture_name n;
    lm_new_file     file;
    char            path[500];
    bool            fine;

    *err = (limn_error){ 0 };
    if (!lm_picture_name_make(prefix, 1, 1, &then, &n, err))
        return false;
    snprintf(path, sizeof path, "%s%s%s_1_.png", n.subfolder, *n.subfolder ? "/" : "", n.name);
    fine = lm_new_file_begin(test_env.folders, "output", path, &file, err);
    lm_new_file_abandon(&file);
    lm_picture_name_done(&n);
    return fine;
}

TEST(five_thousand_hostile_prefixes_write_nothing_outside)
{
    static const char *const parts[] = { "..", ".", "", "a", "link", "%year%", "...", "..\\", "\x01", "~",
                                         "%batch_num%", "a b", "\xff", "output", "/", "../.." };
    limn_value *image = pictures(1, 1, 1, 3);
    uint64_t    s = 3;
    limn_error  err;

    begin();
    WANT(!mkdir(at("output"), 0777) && !symlink("..", at("output/link")));
    for (int i = 0; i < 5000; i++) {
        char prefix[200] = "";

        for (int n = 1 + i % 5; n > 0; n--) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            strcat(strcat(prefix, parts[s >> 33 & 15]), n > 1 ? "/" : "");
        }
        if (!(i % 250 ? could_write(prefix, &err) : save(image, prefix, &err)))
            WANT((err.code == LIMN_INPUT || err.code == LIMN_FILE) && err.text[0]);
    }
    WANT(count_in("") == 1);
    end();
    lm_value_unref(image);
}

/* ------------------------------------------------------------------ bytes and text */

static bool open_saved(const char *kind, const char *name, lm_source *s)
{
    limn_error err = { 0 };
    int        fd = lm_folders_open(test_env.folders, kind, name, &err);

    WANT(fd >= 0);
    return fd >= 0 && lm_source_file(s, fd, name, NULL, &err);
}

TEST(numbers_become_bytes_as_the_reference_cuts_them_off)
{
    json_t     *table = recorded_table("tests/parity/tables.json"), *row;
    json_t     *rows = json_object_get(table, "bytes");
    const size_t n = json_array_size(rows);
    float       numbers[3 * 64] = { 0 };
    limn_value *image;
    limn_error  err;
    lm_source   s;
    lm_picture  p;
    size_t      i;

    WANT(n > 10 && n <= 64);
    json_array_foreach(rows, i, row)
        numbers[3 * i] = recorded_float(json_array_get(row, 0));
    begin();
    image = value_of("IMAGE", "pixels", LM_SHAPE(1, 1, 64, 3), numbers);
    WANT(save(image, "b", &err) && open_saved("output", "b_00001_.png", &s));
    WANT(lm_picture_read(&s, &p, &err));
    json_array_foreach(rows, i, row)
        WANT(p.bytes[3 * i] == json_integer_value(json_array_get(row, 1)));
    close(s.fd);
    lm_picture_done(&p);
    lm_value_unref(image);
    end();
    json_decref(table);
}

static void hear(void *self, const char *key, const char *text, size_t n)
{
    char *all = self;

    (void)n;
    snprintf(all + strlen(all), 500 - strlen(all), "%s=%s\n", key, text);
}

TEST(a_batch_is_saved_and_answered_in_order_with_its_making_inside)
{
    limn_value *image = pictures(2, 3, 5, 4);
    char        all[500] = "";
    limn_error  err;
    lm_source   s;

    begin();
    test_env.prompt_json = "{\"1\": {\"text\": \"caf\xc3\xa9 \xf0\x9f\x8e\xa8\"}}";
    test_env.workflow_json = "{\"nodes\": []}";
    test_env.compute = LM_COMPUTE_F32;
    WANT(save(image, "day/n_%batch_num%", &err));
    WANT_TEXT(test_call.ui_json,
              "{\"images\": [{\"filename\": \"n_0_00001_.png\", \"subfolder\": \"day\", \"type\": \"output\"}, "
              "{\"filename\": \"n_1_00002_.png\", \"subfolder\": \"day\", \"type\": \"output\"}]}");
    WANT(open_saved("output", "day/n_1_00002_.png", &s) && lm_picture_texts(&s, hear, all, &err));
    WANT_TEXT(all, "prompt={\"1\": {\"text\": \"caf\\u00e9 \\ud83c\\udfa8\"}}\n"
                   "workflow={\"nodes\": []}\n"
                   "limn={\"version\": \"" LIMN_VERSION "\", \"precision\": \"f32\", \"device\": \"guard\"}\n");
    close(s.fd);
    WANT(count_in("output/day") == 2);
    end();
    lm_value_unref(image);
}

TEST(without_metadata_a_picture_tells_nothing)
{
    limn_value *image = pictures(1, 2, 2, 3);
    char        all[500] = "";
    limn_error  err;
    lm_source   s;

    begin();
    test_env.prompt_json = "{}";
    test_env.no_metadata = true;
    WANT(save(image, "p", &err) && open_saved("output", "p_00001_.png", &s));
    WANT(lm_picture_texts(&s, hear, all, &err));
    WANT_TEXT(all, "");
    close(s.fd);
    end();
    lm_value_unref(image);
}

TEST(counters_go_on_and_never_replace)
{
    limn_value *image = pictures(1, 2, 2, 3);
    limn_error  err;

    begin();
    WANT(save(image, "p", &err) && save(image, "p", &err));
    touch("output/q_0_00001_.png"); /* its counter is not seen: the name holds %batch_num% */
    WANT(save(image, "q_%batch_num%", &err));
    WANT(strstr(test_call.ui_json, "q_0_00002_.png") != NULL);
    WANT(count_in("output") == 4);
    end();
    lm_value_unref(image);
}

TEST(previews_go_to_temp_under_five_letters)
{
    limn_value *image = pictures(1, 2, 2, 3);
    float       ramp[4] = { 0, 0.25f, 0.5f, 1 };
    limn_value *mask = value_of("MASK", "mask", LM_SHAPE(1, 2, 2), ramp);
    limn_error  err = { 0 };
    char        letters[8] = "", again[8] = "";
    int         counter = 0;

    begin();
    WANT(lm_nodes_image_save[PREVIEW]->run(call_on(guard_device()), &image, NULL, &err));
    WANT(sscanf(test_call.ui_json, "{\"images\": [{\"filename\": \"ComfyUI_temp_%5[a-z]_%d_.png\"", letters,
                &counter) == 2);
    WANT(strlen(letters) == 5 && counter == 1 && strstr(test_call.ui_json, "\"type\": \"temp\""));
    WANT(lm_nodes_image_save[PREVIEW_MASK]->run(call_on(guard_device()), &mask, NULL, &err));
    WANT(sscanf(test_call.ui_json, "{\"images\": [{\"filename\": \"ComfyUI_temp_%5[a-z]_%d_.png\"", again,
                &counter) == 2);
    WANT_TEXT(again, letters); /* the same node, by its id */
    WANT(counter == 2 && count_in("temp") == 2 && count_in("output") == 0);
    end();
    lm_value_unref(image);
    lm_value_unref(mask);
}

/* ------------------------------------------------------------------ failing */

TEST(a_broken_number_is_never_saved)
{
    float       numbers[3] = { 0.5f, NAN, 0.5f };
    limn_value *image = value_of("IMAGE", "pixels", LM_SHAPE(1, 1, 1, 3), numbers);
    limn_error  err;

    begin();
    WANT(!save(image, "p", &err) && strstr(err.text, "not a number"));
    WANT(count_in("output") == 0);
    end();
    lm_value_unref(image);
}

TEST(a_prefix_that_leads_out_is_told_before_anything_runs)
{
    struct {
        const limn_value *images;
        const char       *prefix;
    } args = { NULL, "../p" };
    limn_error err = { 0 };

    WANT(!lm_nodes_image_save[SAVE]->check(&test_call.call, &args, &err));
    WANT_TEXT(err.input, "filename_prefix");
    args.prefix = NULL; /* linked: not known yet */
    err = (limn_error){ 0 };
    WANT(lm_nodes_image_save[SAVE]->check(&test_call.call, &args, &err));
}

TEST(when_the_disk_is_full_nothing_is_left)
{
    limn_value   *image = pictures(2, 64, 64, 3);
    struct rlimit old, small;
    limn_error    err;

    begin();
    signal(SIGXFSZ, SIG_IGN);
    WANT(!getrlimit(RLIMIT_FSIZE, &old));
    small = (struct rlimit){ 500, old.rlim_max };
    WANT(!setrlimit(RLIMIT_FSIZE, &small));
    WANT(!save(image, "p", &err));
    WANT(!setrlimit(RLIMIT_FSIZE, &old));
    WANT(err.code == LIMN_FILE && strstr(err.text, "p_00001_.png could not be written: File too large"));
    WANT(count_in("output") == 0 && !test_call.ui_json);
    end();
    lm_value_unref(image);
}

TEST(a_stopped_saving_leaves_nothing)
{
    limn_value *image = pictures(1, 8, 8, 3);
    struct {
        const limn_value *images;
        const char       *prefix;
    } args = { image, "p" };
    limn_error err = { 0 };

    begin();
    call_on(guard_device());
    atomic_store(&test_stop, true);
    WANT(!lm_nodes_image_save[SAVE]->run(&test_call.call, &args, NULL, &err));
    WANT(err.code == LIMN_CANCELLED && count_in("output") == 0);
    atomic_store(&test_stop, false);
    end();
    lm_value_unref(image);
}

TEST_MAIN
