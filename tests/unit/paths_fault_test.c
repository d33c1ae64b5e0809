/* paths_fault_test.c: each call of the system behind names and files fails, the first, the second, …: who asked is told,
 * no descriptor stays open, and no half file is ever seen under its name. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders.h"
#include "core/base/tree.h"
#include "tests/calls.h"
#include "tests/test.h"
#include "tests/web/folder.h"

static char base[TEMPORARY_PATH];
static int  wholes; /* files that were said to be in place */

static const char *at(const char *inside)
{
    static char path[4][512];
    static int  turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", base, inside);
    return path[turn];
}

static void put(const char *inside, const char *words)
{
    FILE *f = fopen(at(inside), "w");

    WANT(f && fputs(words, f) >= 0 && !fclose(f));
}

static bool write_whole(int fd)
{
    return fd >= 0 && write(fd, "who", 3) == 3 && write(fd, "le", 2) == 2;
}

/* What fails says why. */
static bool told(bool well)
{
    WANT(well || errno);
    return well;
}

static bool sentence(bool well, const limn_error *err)
{
    WANT(well ? err->code == LIMN_OK : err->code != LIMN_OK && *err->text);
    return well;
}

/* ------------------------------------------------------------------ what is done while calls fail */

static void count(void *self, const lm_drawer_file *file)
{
    (void)file;
    ++*(int *)self;
}

static void a_drawer(void)
{
    limn_error err = { 0 };
    lm_drawer *d = lm_drawer_open(at("drawer"), &err);
    char       temporary[LM_DRAWER_NAME];
    int        fd, n = 0;

    if (!sentence(d, &err))
        return;
    if (told((fd = lm_drawer_write(d, temporary)) >= 0)) {
        if (!write_whole(fd))
            lm_drawer_drop(d, fd, temporary);
        else
            wholes += told(lm_drawer_place(d, fd, temporary, "kept"));
    }
    if (told((fd = lm_drawer_read(d, "old")) >= 0))
        close(fd);
    lm_drawer_each(d, &n, count);
    lm_drawer_clear(d);
    told(lm_drawer_remove(d, "old"));
    lm_drawer_close(d);
}

static void new_file(const char *name, bool replaces)
{
    limn_error  err = { 0 };
    lm_new_file f;

    if (!told(lm_new_file_beneath(at("tree"), name, &f)))
        return;
    f.replaces = replaces;
    if (write_whole(f.fd))
        wholes += sentence(lm_new_file_commit(&f, &err), &err);
    lm_new_file_abandon(&f);
}

static void a_tree(void)
{
    lm_tree_entry e;
    lm_tree_list  list;
    int           fd;

    new_file("a/b.txt", false);
    new_file("a/b.txt", true);
    told(lm_tree_look(at("tree"), "a/old.txt", &e));
    told(lm_tree_look(at("tree"), "", &e));
    if (told((fd = lm_tree_file(at("tree"), "a/old.txt")) >= 0))
        close(fd);
    if (told(lm_tree_each(at("tree"), "", true, NULL, &list)))
        lm_tree_list_done(&list);
    WANT(!list.at && !list.n);
    told(lm_tree_move(at("tree"), "a/old.txt", "c/new.txt", false));
    told(lm_tree_move(at("tree"), "c/new.txt", "c/newer.txt", true));
    told(lm_tree_remove(at("tree"), "c/newer.txt"));
    lm_tree_remove_folder(at("tree"), "gone");
    lm_tree_empty(at("tree/emptied"), 0);
}

/* A picture whose bytes a drawer has already. */
static void adopt(lm_folders *f, const char *name)
{
    limn_error  err = { 0 };
    lm_drawer  *d = lm_drawer_open(at("drawer"), &err);
    lm_new_file file;
    char        temporary[LM_DRAWER_NAME];
    int         fd;

    if (!d)
        return;
    fd = lm_drawer_write(d, temporary);
    if (!write_whole(fd)) {
        lm_drawer_drop(d, fd, temporary);
    } else if (!sentence(lm_new_file_begin(f, "output", name, &file, &err), &err)) {
        lm_drawer_drop(d, fd, temporary);
    } else {
        if (told(lm_new_file_adopt(&file, d, fd, temporary)))
            wholes += sentence(lm_new_file_commit(&file, &err), &err);
        lm_new_file_abandon(&file);
    }
    lm_drawer_close(d);
}

static void open_one(lm_folders *f, const char *kind, const char *name)
{
    limn_error err = { 0 };
    const int  fd = lm_folders_open(f, kind, name, &err);

    if (sentence(fd >= 0, &err))
        close(fd);
}

static void folders(void)
{
    limn_error      err = { 0 };
    lm_folders     *f = lm_folders_new(base, &err);
    lm_folder_files files;
    char           *path;

    if (!sentence(f, &err))
        return;
    open_one(f, "vae", "link.sft");
    open_one(f, "vae", "sub\\a.sft");
    lm_folders_names_free(lm_folders_names(f, "vae"));
    files = lm_folders_newest(f, "output");
    lm_folder_files_free(&files);
    lm_folders_next_counter(f, "output", "sub", "x", NULL);
    path = lm_folders_path(f, "vae", "link.sft");
    WANT(path && *path);
    lm_free(path);
    sentence(lm_folders_replace(f, "loras", at("more"), &err), &err);
    adopt(f, "day/adopted.png");
    lm_folders_free(f);
}

/* ------------------------------------------------------------------ before, and afterwards */

static void prepare(void)
{
    static const char *const made[] = { "models", "models/vae", "models/vae/sub", "models/loras", "output", "output/sub", "more",
                                        "drawer", "drawer/folder", "tree", "tree/a", "tree/gone", "tree/gone/deep", "tree/emptied",
                                        "tree/emptied/deep" };

    folder_new(base);
    wholes = 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        WANT(!mkdir(at(made[i]), 0777));
    put("models/vae/sub/a.sft", "whole");
    put("models/loras/far.sft", "whole");
    WANT(!symlink("../loras/far.sft", at("models/vae/link.sft")) && !symlink("../loras", at("models/vae/all")));
    put("output/sub/x_00003_.png", "whole");
    put("output/top.png", "whole");
    put("drawer/old", "whole");
    put("drawer/.part-dead", "ha");
    put("tree/a/old.txt", "whole");
    put("tree/gone/deep/file", "whole");
    put("tree/emptied/deep/file", "whole");
}

static int seen, hidden;

static int look_at(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    char  words[8] = "";
    FILE *f;

    if (kind != FTW_F || !strcmp(path + where->base, ".part-dead"))
        return 0;
    hidden += path[where->base] == '.';
    if (path[where->base] == '.')
        return 0;
    WANT((f = fopen(path, "r")) && fread(words, 1, 7, f) == 5 && !strcmp(words, "whole"));
    if (f)
        fclose(f);
    seen += st->st_size == 5;
    return 0;
}

/* Every file that is seen is whole, those among them that were said to be there. Of others nothing is left, unless it is
 * their removal that failed. */
static void look(int failing)
{
    seen = hidden = 0;
    nftw(base, look_at, 8, FTW_PHYS);
    WANT(seen >= wholes);
    WANT(!hidden || failing == CALL_UNLINKAT);
}

typedef void doing(void);

/* False: there are not that many calls. */
static bool once(doing *what, int kind, int64_t nth, int error)
{
    const int before = (prepare(), descriptors());
    bool      came;

    calls_fail(kind, nth, error, false);
    what();
    came = calls_failed();
    calls_work();
    WANT(descriptors() == before);
    look(kind);
    folder_remove(base);
    if (test_failures)
        printf("call %d, number %lld, error %d, walks %d\n", kind, (long long)nth, error, lm_beneath_walks);
    return came && !test_failures;
}

static int64_t each_call_fails(doing *what)
{
    static const int errors[] = { EIO, ENOSYS, EXDEV, EAGAIN, EPERM };
    int64_t          n = 0;

    for (int way = 0; way < 2; way++)
        for (int kind = 0; kind < CALL_KINDS; kind++)
            for (size_t e = 0; e < (kind == CALL_SYSCALL || kind == CALL_RENAMEAT ? 5 : 1); e++)
                for (int64_t nth = 1; lm_beneath_walks = way == 1, once(what, kind, nth, errors[e]); nth++)
                    n++;
    lm_beneath_walks = false;
    return n;
}

TEST(a_drawers_file_appears_whole_whatever_fails)
{
    WANT(each_call_fails(a_drawer) > 20);
}

TEST(a_trees_file_appears_whole_whatever_fails)
{
    WANT(each_call_fails(a_tree) > 100);
}

TEST(a_picture_appears_whole_whatever_fails)
{
    WANT(each_call_fails(folders) > 100);
}

/* ------------------------------------------------------------------ one by one */

static bool holds(const char *name, const char *words)
{
    char      got[64] = "";
    const int fd = open(at(name), O_RDONLY);
    const bool well = fd >= 0 && read(fd, got, sizeof got - 1) >= 0 && !strcmp(got, words);

    if (fd >= 0)
        close(fd);
    return well;
}

TEST(what_was_interrupted_is_asked_again)
{
    int root, fd;

    prepare();
    root = open(base, O_PATH | O_DIRECTORY);
    for (int error = EAGAIN; error; error = error == EAGAIN ? EINTR : 0) {
        calls_fail(CALL_SYSCALL, 1, error, false);
        WANT((fd = lm_beneath_open(root, "output/top.png", O_RDONLY, 0)) >= 0 && calls_failed());
        close(fd);
    }
    calls_fail(CALL_SYSCALL, 1, EAGAIN, true); /* not for ever */
    WANT(lm_beneath_open(root, "output/top.png", O_RDONLY, 0) < 0 && errno == EAGAIN);
    calls_work();
    close(root);
    folder_remove(base);
}

/* As between output on one disk and the drawer on another. */
TEST(a_drawers_file_is_copied_to_another_disk)
{
    lm_folders *f;

    prepare();
    f = lm_folders_new(base, NULL);
    calls_fail(CALL_RENAMEAT, 1, EXDEV, false);
    adopt(f, "far.png");
    WANT(calls_failed() && wholes == 1 && holds("output/far.png", "whole"));
    for (int i = 0; i < 2; i++) {
        calls_work();
        calls_fail(CALL_RENAMEAT, 1, EXDEV, false);
        calls_fail(i ? CALL_WRITE : CALL_PREAD, i ? 3 : 1, ENOSPC, false); /* two have filled the drawer's file */
        adopt(f, "half.png");
        calls_work();
        WANT(access(at("output/half.png"), F_OK) != 0);
    }
    WANT(wholes == 1);
    look(CALL_RENAMEAT);
    lm_folders_free(f);
    folder_remove(base);
}

TEST_MAIN
