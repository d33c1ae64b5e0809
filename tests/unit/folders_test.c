/* folders_test.c: the door through which named files are opened: what it finds, and all that it refuses. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders.h"
#include "tests/temporary.h"
#include "tests/test.h"

/* ------------------------------------------------------------------ a base folder to play in */

static char        base[256], elsewhere[300];
static lm_folders *folders;

static const char *at(const char *inside)
{
    static char path[4][600];
    static int  turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", base, inside);
    return path[turn];
}

static void put(const char *inside, const char *text)
{
    FILE *f = fopen(at(inside), "w");

    WANT(f != NULL);
    if (f) {
        fputs(text, f);
        fclose(f);
    }
}

static void begin(void)
{
    temporary_folder(base, "folders");
    snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", base);
    WANT(!mkdir(elsewhere, 0777));
    WANT(!mkdir(at("models"), 0777) && !mkdir(at("models/checkpoints"), 0777));
    WANT(!mkdir(at("models/vae"), 0777) && !mkdir(at("input"), 0777));
    folders = lm_folders_new(base, NULL);
    WANT(folders != NULL);
}

static void sweep(const char *path)
{
    char command[700];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    WANT(!system(command));
}

static void end(void)
{
    lm_folders_free(folders);
    sweep(base);
    sweep(elsewhere);
    lm_beneath_walks = false;
}

/* The first byte of the file, or -1; err has the sentence. */
static int first_byte(const char *kind, const char *name, limn_error *err)
{
    char c = 0;
    int  fd;

    *err = (limn_error){ 0 };
    fd = lm_folders_open(folders, kind, name, err);
    if (fd < 0)
        return -1;
    WANT(read(fd, &c, 1) == 1);
    close(fd);
    return c;
}

static void want_refused(const char *kind, const char *name, const char *words)
{
    limn_error err;

    WANT(first_byte(kind, name, &err) == -1);
    WANT(err.code == LIMN_FILE);
    if (!strstr(err.text, words)) {
        test_failures++;
        printf("%s \"%s\" says: %s\n", kind, name, err.text);
    }
    WANT(!strstr(err.text, base));
}

/* Both ways of opening must say the same. */
#define BOTH_WAYS for (int way_ = (begin(), 0); way_ < 2; way_++, way_ < 2 ? (end(), begin()) : end(), \
                       lm_beneath_walks = way_ == 1)

/* ------------------------------------------------------------------ finding */

TEST(a_file_is_found_in_its_kind)
{
    limn_error err;

    BOTH_WAYS {
        WANT(!mkdir(at("models/checkpoints/sd"), 0777));
        put("models/checkpoints/a.safetensors", "A");
        put("models/checkpoints/sd/b.safetensors", "B");
        put("input/p.png", "P");
        WANT(first_byte("checkpoints", "a.safetensors", &err) == 'A');
        WANT(first_byte("checkpoints", "sd/b.safetensors", &err) == 'B');
        WANT(first_byte("checkpoints", "sd\\b.safetensors", &err) == 'B');
        WANT(first_byte("checkpoints", "./sd//b.safetensors", &err) == 'B');
        WANT(first_byte("input", "p.png", &err) == 'P');
        want_refused("checkpoints", "c.safetensors", "there is no \"c.safetensors\" in checkpoints");
        want_refused("checkpoints", "a.safetensors/x", "there is no");
    }
}

TEST(the_first_directory_of_a_kind_wins)
{
    limn_error err = { 0 };
    char      *path;

    begin();
    WANT(!mkdir(at("models/text_encoders"), 0777) && !mkdir(at("models/clip"), 0777));
    put("models/clip/t.safetensors", "2");
    WANT(first_byte("text_encoders", "t.safetensors", &err) == '2');
    put("models/text_encoders/t.safetensors", "1");
    WANT(first_byte("text_encoders", "t.safetensors", &err) == '1');
    WANT(first_byte("clip", "t.safetensors", &err) == '1');
    put("models/checkpoints/x.safetensors", "x");
    WANT(lm_folders_replace(folders, "checkpoints", elsewhere, &err));
    WANT(first_byte("checkpoints", "x.safetensors", &err) == 'x');
    path = lm_folders_path(folders, "checkpoints", "x.safetensors");
    WANT_TEXT(path, at("models/checkpoints/x.safetensors"));
    free(path);
    end();
}

TEST(more_folders_stand_in_front_or_behind_and_may_come_later)
{
    char       order[700], *path;
    limn_error err = { 0 };
    int        fd;

    begin();
    put("models/vae/one.safetensors", "base");
    snprintf(order, sizeof order, "vae+=%s", at("later"));
    WANT(lm_folders_more(folders, order, &err) && lm_folders_more(folders, order, &err));
    WANT(!mkdir(at("later"), 0777));
    put("later/one.safetensors", "later");
    path = lm_folders_path(folders, "vae", "one.safetensors");
    WANT_TEXT(path, at("models/vae/one.safetensors"));
    lm_free(path);
    snprintf(order, sizeof order, "vae=%s", at("later"));
    WANT(lm_folders_more(folders, order, &err)); /* the same one, in front now */
    path = lm_folders_path(folders, "vae", "one.safetensors");
    WANT_TEXT(path, at("later/one.safetensors"));
    lm_free(path);
    snprintf(order, sizeof order, "wonders+=%s", at("later"));
    WANT(!lm_folders_known(folders, "wonders") && lm_folders_more(folders, order, &err));
    put("later/two.onnx", "any ending");
    WANT((fd = lm_folders_open(folders, "wonders", "two.onnx", &err)) >= 0);
    close(fd);
    end();
}

TEST(what_is_no_folder_of_models_is_refused_with_a_sentence)
{
    static const char *const wrong[] = { "", "vae", "vae=", "=x", "+=x", "output=x", "temp+=x", "a/b=x", "..=x", "a\tb+=x" };

    begin();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        limn_error err = { 0 };

        WANT(!lm_folders_more(folders, wrong[i], &err));
        WANT(err.code == LIMN_INPUT && *err.text);
    }
    end();
}

TEST(a_mark_behind_a_name_chooses_the_folder)
{
    limn_error err;

    begin();
    WANT(!mkdir(at("output"), 0777) && !mkdir(at("temp"), 0777));
    put("output/p.png", "o");
    put("temp/p.png", "t");
    put("input/p.png", "i");
    WANT(first_byte("input", "p.png [output]", &err) == 'o');
    WANT(first_byte("input", "p.png [temp]", &err) == 't');
    WANT(first_byte("output", "p.png [input]", &err) == 'i');
    WANT(first_byte("output", "p.png", &err) == 'o');
    want_refused("input", "p.png [models]", "there is no");
    want_refused("checkpoints", "p.png [input]", "there is no");
    want_refused("input", "../p.png [output]", "leads out of its folder");
    want_refused("input", "[output]", "there is no");
    end();
}

TEST(names_are_listed_once_sorted_by_bytes_and_by_their_ends)
{
    static const char *const want[] = { "B.SFT", "a.safetensors", "sub/c.safetensors", NULL };
    char **names;

    begin();
    WANT(!mkdir(at("models/checkpoints/sub"), 0777) && !mkdir(at("models/checkpoints/.git"), 0777));
    put("models/checkpoints/a.safetensors", "");
    put("models/checkpoints/B.SFT", "");
    put("models/checkpoints/put here.txt", "");
    put("models/checkpoints/.git/d.safetensors", "");
    put("models/checkpoints/sub/c.safetensors", "");
    put("models/checkpoints/new\nline.safetensors", "");
    WANT(!mkdir(at("more"), 0777));
    put("more/a.safetensors", "");
    WANT(lm_folders_replace(folders, "checkpoints", at("more"), NULL));
    names = lm_folders_names(folders, "checkpoints");
    for (int i = 0; want[i] || names[i]; i++) {
        WANT_TEXT(names[i], want[i] ? want[i] : "(no more)");
        if (!want[i] || !names[i])
            break;
    }
    lm_folders_names_free(names);
    names = lm_folders_names(folders, "loras");
    WANT(names && !names[0]);
    lm_folders_names_free(names);
    end();
}

static void aged(const char *inside, time_t when)
{
    const struct timespec times[2] = { { when, 0 }, { when, 500000000 } };

    WANT(!utimensat(AT_FDCWD, at(inside), times, 0));
}

TEST(files_are_listed_with_their_sizes_times_and_directories)
{
    lm_folder_files files;

    begin();
    WANT(!mkdir(at("more"), 0777) && !mkdir(at("more/sub"), 0777));
    WANT(lm_folders_replace(folders, "vae", at("more"), NULL));
    put("more/b.safetensors", "12345");
    put("more/sub/a.safetensors", "");
    put("more/notes.txt", "");
    put("models/vae/b.safetensors", "1");
    aged("more/b.safetensors", 1000000000);
    files = lm_folders_files(folders, "vae");
    WANT(files.n == 3);
    if (files.n == 3) {
        WANT_TEXT(files.at[0].name, "b.safetensors");
        WANT(files.at[0].root == 0 && files.at[0].bytes == 5 && files.at[0].modified == 1000000000.5);
        WANT_TEXT(files.at[1].name, "b.safetensors");
        WANT(files.at[1].root == 1 && files.at[1].bytes == 1);
        WANT_TEXT(files.at[2].name, "sub/a.safetensors");
    }
    lm_folder_files_free(&files);
    WANT_TEXT(lm_folders_root(folders, "vae", 0), at("more"));
    WANT_TEXT(lm_folders_root(folders, "vae", 1), at("models/vae"));
    WANT(!lm_folders_root(folders, "vae", 2) && !lm_folders_root(folders, "nothing", 0));
    WANT_TEXT(lm_folders_kind(folders, 0), "checkpoints");
    WANT(!lm_folders_kind(folders, 1000) && !lm_folders_kind(folders, -1));
    files = lm_folders_files(folders, "nothing");
    WANT(files.n == 0);
    lm_folder_files_free(&files);
    end();
}

TEST(what_came_last_is_listed_first)
{
    static const char *const want[] = { "new.txt", "middle", "old.png" };
    lm_folder_files          files;

    begin();
    WANT(!mkdir(at("output"), 0777) && !mkdir(at("output/sub"), 0777));
    put("output/old.png", "");
    put("output/new.txt", "");
    put("output/middle", "");
    put("output/sub/other.png", "");
    WANT(!symlink("old.png", at("output/link.png")));
    aged("output/old.png", 1000);
    aged("output/middle", 2000);
    aged("output/new.txt", 3000);
    files = lm_folders_newest(folders, "output");
    WANT(files.n == 3);
    for (size_t i = 0; files.n == 3 && i < 3; i++)
        WANT_TEXT(files.at[i].name, want[i]);
    lm_folder_files_free(&files);
    end();
}

TEST(every_kind_that_a_workflow_names_is_known)
{
    static const char *const kinds[] = { "checkpoints", "vae", "loras", "embeddings", "controlnet",
                                         "upscale_models", "clip", "unet", "diffusion_models", "input",
                                         "output", "temp", NULL };
    limn_error err = { 0 };

    begin();
    for (int i = 0; kinds[i]; i++)
        WANT(lm_folders_known(folders, kinds[i]));
    WANT(!lm_folders_known(folders, "secrets"));
    WANT(lm_folders_open(folders, "secrets", "x", &err) < 0 && strstr(err.text, "no kind of folder"));
    err = (limn_error){ 0 };
    WANT(!lm_folders_new(at("nowhere"), &err) && err.code == LIMN_FILE);
    err = (limn_error){ 0 };
    WANT(!lm_folders_replace(folders, "loras", at("nowhere"), &err) && err.code == LIMN_FILE);
    end();
}

/* ------------------------------------------------------------------ refusing */

TEST(a_name_never_leads_out_of_its_folder)
{
    BOTH_WAYS {
        put("secret", "s");
        put("models/checkpoints/a.safetensors", "A");
        WANT(!mkdir(at("input/sub"), 0777));
        want_refused("input", "../secret", "leads out");
        want_refused("input", "sub/../../secret", "leads out");
        want_refused("input", "sub/..", "leads out");
        want_refused("input", "..", "leads out");
        want_refused("input", "..\\secret", "there is no");
        want_refused("input", "/etc/passwd", "absolute");
        want_refused("input", "", "empty");
        want_refused("input", "a\nb", "control character");
        want_refused("input", "a\x7f", "control character");
        want_refused("checkpoints", "../checkpoints/a.safetensors", "leads out");
        want_refused("checkpoints", "..\\..\\secret", "there is no");
    }
}

TEST(twenty_thousand_hostile_names_read_nothing)
{
    static const char *const parts[] = { "..", ".", "", "secret", "sub", "...", "..\\", "%2e%2e", "~",
                                         "link", "dir", "a b", "\xff\xfe", "..;", "con", "fifo" };
    uint64_t   s = 1;
    limn_error err;

    begin();
    put("secret", "s");
    WANT(!mkdir(at("input/sub"), 0777) && !mkfifo(at("input/fifo"), 0666));
    WANT(!symlink("../secret", at("input/link")) && !symlink("..", at("input/dir")));
    for (int i = 0; i < 20000; i++) {
        char name[200] = "";

        lm_beneath_walks = i & 1;
        for (int n = 1 + i % 6; n > 0; n--) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            strcat(strcat(name, parts[s >> 33 & 15]), n > 1 ? "/" : i % 7 ? "" : " [output]");
        }
        WANT(first_byte(i & 2 ? "input" : "checkpoints", name, &err) == -1);
        WANT(err.code == LIMN_FILE && err.text[0]);
    }
    end();
}

TEST(links_are_not_followed_where_requests_can_write)
{
    BOTH_WAYS {
        put("secret", "s");
        put("input/p.png", "p");
        WANT(!mkdir(at("input/sub"), 0777));
        WANT(!symlink("../secret", at("input/up")) && !symlink("p.png", at("input/same")));
        WANT(!symlink("..", at("input/folder")) && !symlink("/proc/self/root", at("input/magic")));
        want_refused("input", "up", "symbolic link");
        want_refused("input", "same", "symbolic link");
        want_refused("input", "folder/secret", "symbolic link");
        want_refused("input", "magic/etc/passwd", "symbolic link");
    }
}

TEST(links_in_model_folders_lead_into_model_folders_only)
{
    limn_error err;
    char       target[400];
    char     **names;

    BOTH_WAYS {
        put("secret", "s");
        put("models/vae/v.safetensors", "V");
        snprintf(target, sizeof target, "%s/far.safetensors", elsewhere);
        WANT(!symlink("../vae/v.safetensors", at("models/checkpoints/v.safetensors")));
        WANT(!symlink("../vae", at("models/checkpoints/all")));
        WANT(!symlink("../../secret", at("models/checkpoints/s.safetensors")));
        WANT(!symlink(target, at("models/checkpoints/far.safetensors")));
        WANT(!symlink("far.safetensors", at("models/checkpoints/chain.safetensors")));
        WANT(!symlink("loop.safetensors", at("models/checkpoints/loop.safetensors")));
        FILE *f = fopen(target, "w");
        fputs("F", f);
        fclose(f);

        WANT(first_byte("checkpoints", "v.safetensors", &err) == 'V');
        WANT(first_byte("checkpoints", "all/v.safetensors", &err) == 'V');
        want_refused("checkpoints", "s.safetensors", "leads out of the model folders");
        want_refused("checkpoints", "far.safetensors", "leads out of the model folders");
        want_refused("checkpoints", "loop.safetensors", "symbolic link");
        names = lm_folders_names(folders, "checkpoints");
        WANT_TEXT(names[0], "all/v.safetensors");
        WANT_TEXT(names[1], "v.safetensors");
        WANT(!names[2]);
        lm_folders_names_free(names);

        WANT(lm_folders_replace(folders, "loras", elsewhere, NULL));
        WANT(first_byte("checkpoints", "far.safetensors", &err) == 'F');
        WANT(first_byte("checkpoints", "chain.safetensors", &err) == 'F');
    }
}

TEST(only_regular_files_are_opened_and_nothing_waits)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int                s = socket(AF_UNIX, SOCK_STREAM, 0);

    BOTH_WAYS {
        WANT(!mkfifo(at("input/fifo"), 0666) && !mkdir(at("input/sub"), 0777));
        WANT(!mkfifo(at("models/vae/fifo.safetensors"), 0666));
        snprintf(name.sun_path, sizeof name.sun_path, "%s", at("input/socket"));
        if (!way_)
            WANT(!bind(s, (struct sockaddr *)&name, sizeof name));
        want_refused("input", "fifo", "not a regular file");
        want_refused("input", "sub", "not a regular file");
        want_refused("vae", "fifo.safetensors", "not a regular file");
        if (!way_)
            want_refused("input", "socket", "not a regular file");
    }
    close(s);
}

/* ------------------------------------------------------------------ writing */

static int count_in(const char *inside)
{
    DIR           *d = opendir(at(inside));
    struct dirent *e;
    int            n = 0;

    while (d && (e = readdir(d)))
        n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    if (d)
        closedir(d);
    return n;
}

TEST(a_new_file_appears_whole_or_not_at_all)
{
    lm_new_file file;
    limn_error  err = { 0 };

    BOTH_WAYS {
        WANT(access(at("output"), F_OK) != 0);
        WANT(lm_new_file_begin(folders, "output", "day/night/p.png", &file, &err));
        WANT(write(file.fd, "half", 4) == 4);
        WANT(access(at("output/day/night/p.png"), F_OK) != 0);
        WANT(lm_new_file_commit(&file, &err));
        WANT(first_byte("output", "day/night/p.png", &err) == 'h');
        WANT(count_in("output/day/night") == 1);
        lm_new_file_abandon(&file);

        WANT(lm_new_file_begin(folders, "output", "day/q.png", &file, &err));
        WANT(count_in("output/day") == 2);
        lm_new_file_abandon(&file);
        lm_new_file_abandon(&file);
        WANT(count_in("output/day") == 1);
    }
}

TEST(a_new_file_never_replaces_one)
{
    lm_new_file file;
    limn_error  err = { 0 };

    begin();
    WANT(!mkdir(at("output"), 0777));
    put("output/p.png", "old");
    WANT(lm_new_file_begin(folders, "output", "p.png", &file, &err));
    WANT(write(file.fd, "new", 3) == 3);
    WANT(!lm_new_file_commit(&file, &err) && file.taken && err.code == LIMN_FILE);
    WANT(first_byte("output", "p.png", &err) == 'o');
    lm_new_file_rename(&file, "q.png");
    err = (limn_error){ 0 };
    WANT(lm_new_file_commit(&file, &err) && err.code == LIMN_OK);
    WANT(first_byte("output", "q.png", &err) == 'n');
    WANT(count_in("output") == 2);
    end();
}

TEST(nothing_is_written_outside_of_output_and_temp)
{
    static const char *const names[] = { "../p.png", "/tmp/p.png", "", "sub/", "a/../../p.png",
                                         "link/p.png", "file/p.png", "a\tb.png", NULL };
    lm_new_file file;

    BOTH_WAYS {
        WANT(!mkdir(at("output"), 0777) && !symlink("..", at("output/link")));
        put("output/file", "");
        for (int i = 0; names[i]; i++) {
            limn_error err = { 0 };

            WANT(!lm_new_file_begin(folders, "output", names[i], &file, &err));
            WANT(err.code == LIMN_FILE && err.text[0]);
        }
        limn_error err = { 0 };
        WANT(!lm_new_file_begin(folders, "checkpoints", "x.safetensors", &file, &err));
        WANT(count_in("output") == 2 && count_in("") == 3);
    }
}

TEST(a_replaced_output_folder_is_made_when_it_is_written_to)
{
    lm_new_file file;
    limn_error  err = { 0 };

    begin();
    WANT(lm_folders_replace(folders, "output", at("my/pictures"), &err));
    WANT(access(at("my"), F_OK) != 0);
    WANT(lm_new_file_begin(folders, "output", "p.png", &file, &err));
    WANT(write(file.fd, "p", 1) == 1 && lm_new_file_commit(&file, &err));
    WANT(access(at("my/pictures/p.png"), F_OK) == 0);
    end();
}

TEST(the_counter_is_one_more_than_the_largest)
{
    begin();
    WANT(!mkdir(at("output"), 0777) && !mkdir(at("output/sub"), 0777));
    WANT(lm_folders_next_counter(folders, "output", "", "limn", NULL) == 1);
    put("output/limn_00007_.png", "");
    put("output/limn_00003_.png", "");
    put("output/limn_9.png", "");        /* no '_' behind the number: "9.png" is none */
    put("output/limn2_00050_.png", "");  /* another prefix */
    put("output/limn_00012_x_.txt", ""); /* any end counts */
    put("output/limn_99999999999999999999_.png", "");
    WANT(lm_folders_next_counter(folders, "output", "", "limn", NULL) == 13);
    WANT(lm_folders_next_counter(folders, "output", "sub", "limn", NULL) == 1);
    WANT(lm_folders_next_counter(folders, "output", "missing", "limn", NULL) == 1);
    WANT(lm_folders_next_counter(folders, "temp", "", "limn", NULL) == 1);
    WANT(lm_folders_next_counter(folders, "output", "../input", "limn", NULL) == 0);
    put("output/sub/a_-3_.png", "");
    put("output/sub/b_ 12 _.png", "");
    put("output/sub/c_1x_.png", "");
    WANT(lm_folders_next_counter(folders, "output", "sub", "a", NULL) == -2);
    WANT(lm_folders_next_counter(folders, "output", "sub", "b", NULL) == 13);
    WANT(lm_folders_next_counter(folders, "output", "sub", "c", NULL) == 1);
    end();
}

TEST_MAIN
