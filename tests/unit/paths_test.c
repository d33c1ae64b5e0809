/* paths_test.c: names, folders and drawers at the limits of what they take. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"
#include "tests/test.h"
#include "tests/web/folder.h"

static char        base[TEMPORARY_PATH];
static lm_folders *folders;

static const char *at(const char *inside)
{
    static char path[4][9000];
    static int  turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", base, inside);
    return path[turn];
}

static void put(const char *inside)
{
    const int fd = open(at(inside), O_WRONLY | O_CREAT, 0666);

    WANT(fd >= 0 && write(fd, "x", 1) == 1);
    close(fd);
}

static void begin(void)
{
    folder_new(base);
    WANT(!mkdir(at("models"), 0777) && !mkdir(at("models/vae"), 0777) && !mkdir(at("output"), 0777));
    folders = lm_folders_new(base, NULL);
    WANT(folders != NULL);
}

static void end(void)
{
    lm_folders_free(folders);
    folder_remove(base);
    lm_beneath_walks = false;
}

/* ------------------------------------------------------------------ names */

TEST(two_dots_lead_out_and_other_names_do_not)
{
    WANT_TEXT(lm_beneath_fault(NULL), "is empty");
    WANT_TEXT(lm_beneath_fault("a/.."), "leads out of its folder");
    WANT(!lm_beneath_fault(".a") && !lm_beneath_fault("a.") && !lm_beneath_fault("a/.b") && !lm_beneath_fault("..."));
}

TEST(a_part_of_a_name_has_room_for_255_bytes)
{
    char      name[600], fits[NAME_MAX + 1];
    const int root = (begin(), open(base, O_PATH | O_DIRECTORY));
    int       fd;

    memset(name, 'n', 300);
    name[300] = 0;
    memset(fits, 'f', NAME_MAX);
    fits[NAME_MAX] = 0;
    for (int way = 0; way < 2; way++) {
        lm_beneath_walks = way == 1;
        WANT(lm_beneath_open(root, name, O_RDONLY, 0) < 0 && errno == ENAMETOOLONG);
        memcpy(name + 300, "/b", 3);
        WANT(lm_beneath_open(root, name, O_RDONLY, 0) < 0 && errno == ENAMETOOLONG);
        memcpy(name, "models/", 7);
        WANT(lm_beneath_open(root, name, O_RDONLY, 0) < 0 && errno == ENAMETOOLONG);
        WANT((fd = lm_beneath_open(root, fits, O_WRONLY | O_CREAT, 0666)) >= 0);
        close(fd);
        memset(name, 'n', 301);
        name[300] = 0;
    }
    WANT(lm_beneath_make(root, name) < 0 && errno == ENAMETOOLONG);
    WANT(lm_beneath_make(root, "../x") < 0 && errno == EXDEV);
    WANT(lm_beneath_make(root, "models/vae/x") >= 0 && !access(at("models/vae/x"), F_OK));
    close(root);
    end();
}

TEST(a_name_is_shown_in_whole_characters_and_not_for_long)
{
    char name[400] = "";

    for (int i = 0; i < 100; i++)
        strcat(name, "\xe4\xb8\xad");
    WANT(!strncmp(lm_shown_name(name).text + 114, "…", 4)); /* 38 whole ones */
    memset(name, 0x80, 300);
    name[300] = 0;
    WANT_TEXT(lm_shown_name(name).text, "…");
    WANT_TEXT(lm_shown_name("a\tb\x7f").text, "a?b?");
}

TEST(reasons_are_told_in_the_middle_of_a_sentence)
{
    char text[96];

    WANT_TEXT(lm_why(ENOSPC, text), "no space left on device");
    WANT_TEXT(lm_why(EDOTDOT, text), "RFS specific error"); /* an abbreviation stays one */
    WANT(*lm_why(ELIBSCN, text) == '.');
    WANT_TEXT(lm_why(9999, text), "unknown error 9999");
}

/* ------------------------------------------------------------------ kinds and their folders */

TEST(what_is_no_kind_has_no_folder)
{
    limn_error err = { 0 };
    char     **names, *path;

    begin();
    WANT(!lm_folders_root(folders, "nothing", 0) && !lm_folders_root(folders, "vae", -1));
    WANT(!lm_folders_root(folders, "vae", 1) && lm_folders_root(folders, "vae", 0));
    WANT(!lm_folders_tree(folders, "nothing") && !lm_folders_tree(folders, "vae") && lm_folders_tree(folders, "temp"));
    WANT(!lm_folders_built_in(folders, "nothing") && lm_folders_built_in(folders, "unet"));
    WANT(!lm_folders_replace(folders, "nothing", base, &err) && strstr(err.text, "no kind of folder"));
    names = lm_folders_names(folders, "nothing");
    WANT(names && !names[0]);
    lm_folders_names_free(names);
    lm_folders_names_free(NULL);
    path = lm_folders_path(folders, "nothing", "a name");
    WANT_TEXT(path, "a name");
    lm_free(path);
    err = (limn_error){ 0 };
    WANT(!lm_folders_next_counter(folders, "nothing", "", "x", &err) && strstr(err.text, "is unknown"));
    WANT(lm_folders_open_at(folders, "nothing", 0, "x") < 0 && lm_folders_open_at(folders, "temp", 0, "x") < 0);
    lm_folders_free(NULL);
    end();
}

TEST(a_file_is_opened_in_the_one_directory_that_was_meant)
{
    limn_error err = { 0 };
    int        fd;

    begin();
    put("models/vae/a.sft");
    WANT(!mkdir(at("more"), 0777) && lm_folders_replace(folders, "vae", at("more"), &err));
    WANT(lm_folders_open_at(folders, "vae", 0, "a.sft") < 0 && lm_folders_open_at(folders, "vae", -1, "a.sft") < 0);
    WANT(lm_folders_open_at(folders, "vae", 2, "a.sft") < 0 && lm_folders_open_at(folders, "vae", 1, "../a.sft") < 0);
    WANT((fd = lm_folders_open_at(folders, "vae", 1, "a.sft")) >= 0);
    close(fd);
    end();
}

TEST(a_folder_must_be_one)
{
    limn_error err[4] = { { 0 } };
    char      *path;
    lm_folders *slashed;

    begin();
    put("file");
    WANT(!lm_folders_new(at("file"), &err[0]) && strstr(err[0].text, "is no folder"));
    WANT(!lm_folders_replace(folders, "vae", at("file"), &err[1]) && strstr(err[1].text, "is not there"));
    WANT(!lm_folders_replace(folders, "vae", "", &err[2]) && strstr(err[2].text, "empty name"));
    WANT(!lm_drawer_open("", &err[3]) && strstr(err[3].text, "it has no name"));
    lm_drawer_close(NULL);
    slashed = lm_folders_new(at(""), NULL);
    path = lm_folders_path(slashed, "vae", "a.sft");
    WANT_TEXT(path, at("models/vae/a.sft"));
    lm_free(path);
    lm_folders_free(slashed);
    end();
}

TEST(a_kind_has_room_for_so_many_folders)
{
    limn_error err[3] = { { 0 } };
    char       order[300];

    begin();
    for (int i = 1; i < LM_MAX_ROOTS; i++) {
        snprintf(order, sizeof order, "vae+=/nowhere/%d", i);
        WANT(lm_folders_more(folders, order, NULL));
    }
    WANT(!lm_folders_more(folders, "vae+=/one/more", &err[0]) && strstr(err[0].text, "more than fit"));
    WANT(!lm_folders_replace(folders, "vae", base, &err[1]) && strstr(err[1].text, "more than fit"));
    memset(order, 'k', 65);
    strcpy(order + 65, "=/x");
    WANT(!lm_folders_more(folders, order, &err[2]) && strstr(err[2].text, "no name for a kind"));
    end();
}

TEST(a_kind_that_was_added_shows_its_own_endings)
{
    static const char *const pt[] = { ".pt", NULL }, *const bin[] = { ".bin", ".ckpt", NULL };
    char                   **names;

    begin();
    lm_folders_add(folders, "wonders", pt);
    lm_folders_add(folders, "wonders", bin);
    WANT(lm_folders_known(folders, "wonders") && !lm_folders_built_in(folders, "wonders"));
    WANT(!mkdir(at("models/wonders"), 0777));
    put("models/wonders/a.pt");
    put("models/wonders/b.ckpt");
    put("models/wonders/c.safetensors");
    names = lm_folders_names(folders, "wonders");
    WANT_TEXT(names[0], "a.pt");
    WANT_TEXT(names[1], "b.ckpt");
    WANT(!names[2]);
    lm_folders_names_free(names);
    end();
}

TEST(many_files_are_all_listed_and_folders_only_so_deep)
{
    char            name[500] = "models/vae", **names;
    lm_folder_files files;
    int             n = 0;

    begin();
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "models/vae/%03d.sft", i);
        put(name);
        snprintf(name, sizeof name, "output/%03d.png", i);
        put(name);
        WANT(!utimensat(AT_FDCWD, at(name), (struct timespec[2]){ { 1000, 0 }, { 1000, 0 } }, 0));
    }
    strcpy(name, "models/vae");
    for (int i = 0; i < 40; i++) {
        strcat(name, "/d");
        WANT(!mkdir(at(name), 0777));
    }
    put("models/vae/d/d/deep.sft");
    strcat(name, "/too-deep.sft");
    put(name);
    names = lm_folders_names(folders, "vae");
    while (names[n])
        n++;
    WANT(n == 301);
    WANT_TEXT(names[299], "299.sft");
    WANT_TEXT(names[300], "d/d/deep.sft");
    lm_folders_names_free(names);
    files = lm_folders_newest(folders, "output");
    WANT(files.n == 300 && !strcmp(files.at[0].name, "000.png") && !strcmp(files.at[299].name, "299.png")); /* of one age */
    lm_folder_files_free(&files);
    end();
}

TEST(where_everything_is_the_owners_links_lead_anywhere)
{
    int fd;

    begin();
    put("secret.sft");
    WANT(!symlink("../../secret.sft", at("models/vae/link.sft")));
    WANT(lm_folders_open(folders, "vae", "link.sft", NULL) < 0);
    WANT(lm_folders_replace(folders, "loras", "/", NULL));
    WANT((fd = lm_folders_open(folders, "vae", "link.sft", NULL)) >= 0);
    close(fd);
    end();
}

TEST(numbers_are_read_as_python_reads_them)
{
    static const struct {
        const char *name;
        int64_t     next;
    } cases[] = { { "a_+5_", 6 }, { "a_-5_", -4 }, { "a__", 1 }, { "a_ _", 1 }, { "a_ 7\t_", 8 }, { "a_+_", 1 },
                  { "a_12345678901234567_", 12345678901234568 }, { "a_123456789012345678_", 1 } };
    char name[100];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        snprintf(name, sizeof name, "output/%s", cases[i].name);
        put(name);
        WANT(lm_folders_next_counter(folders, "output", "", "a", NULL) == cases[i].next);
        end();
    }
}

/* ------------------------------------------------------------------ drawers */

static void count(void *self, const lm_drawer_file *file)
{
    WANT_TEXT(file->name, "kept");
    WANT(file->bytes == 1);
    ++*(int *)self;
}

TEST(a_drawer_shows_what_is_whole_and_loses_what_nobody_writes_any_more)
{
    const struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
    limn_error            err = { 0 };
    char                  temporary[LM_DRAWER_NAME];
    lm_drawer            *d;
    int                   fd, n = 0;

    begin();
    WANT((d = lm_drawer_open(at("drawers/one"), &err)));
    put("drawers/one/kept");
    put("drawers/one/.part-dead");
    put("drawers/one/.part-alive");
    WANT(!mkdir(at("drawers/one/folder"), 0777));
    WANT(!utimensat(AT_FDCWD, at("drawers/one/.part-dead"), long_ago, 0));
    lm_drawer_each(d, &n, count);
    WANT(n == 1 && access(at("drawers/one/.part-dead"), F_OK) && !access(at("drawers/one/.part-alive"), F_OK));
    fd = lm_drawer_write(d, temporary);
    WANT(fd >= 0 && !lm_drawer_place(d, fd, temporary, "folder") && errno == EISDIR);
    WANT(lm_drawer_read(d, temporary) < 0 && errno == ENOENT);
    WANT(!lm_drawer_remove(d, "nothing") && lm_drawer_remove(d, "kept"));
    lm_drawer_clear(d);
    WANT(access(at("drawers/one/.part-alive"), F_OK));
    lm_drawer_close(d);
    end();
}

TEST_MAIN
