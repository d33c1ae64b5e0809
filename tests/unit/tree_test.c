/* tree_test.c: a folder in which strangers name files. */
#include "core/base/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/folders.h"
#include "core/base/text.h"
#include "tests/temporary.h"
#include "tests/test.h"

static char base[TEMPORARY_PATH], root[TEMPORARY_PATH + 16];

static void begin(void)
{
    temporary_folder(base, "tree");
    snprintf(root, sizeof root, "%s/deep/root", base);
}

static void end(void)
{
    char command[TEMPORARY_PATH + 16];

    snprintf(command, sizeof command, "rm -rf %s", base);
    WANT(!system(command));
}

/* Under the root, or beside it with "../". */
static const char *at(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static bool put(const char *name, const char *words, bool replaces)
{
    lm_new_file f;
    limn_error  err = { 0 };
    bool        well = lm_new_file_beneath(root, name, &f);

    if (well) {
        f.replaces = replaces;
        WANT(write(f.fd, words, strlen(words)) == (ssize_t)strlen(words));
        well = lm_new_file_commit(&f, &err);
        lm_new_file_abandon(&f);
    }
    return well;
}

static const char *read_back(const char *name)
{
    static char words[64];
    const int   fd = lm_tree_file(root, name);
    ssize_t     n = fd < 0 ? -1 : read(fd, words, sizeof words - 1);

    if (fd >= 0)
        close(fd);
    words[n < 0 ? 0 : n] = 0;
    return n < 0 ? "" : words;
}

TEST(a_file_is_written_looked_at_moved_and_removed)
{
    lm_tree_entry e;

    begin();
    WANT(!lm_tree_look(root, "", &e) && errno == ENOENT);
    WANT(put("a/b.txt", "one", false));
    WANT(!put("a/b.txt", "two", false) && errno == EEXIST);
    WANT_TEXT(read_back("a/b.txt"), "one");
    WANT(put("a/b.txt", "three", true));
    WANT_TEXT(read_back("a/b.txt"), "three");
    WANT(lm_tree_look(root, "a/b.txt", &e) && !e.folder && e.bytes == 5 && e.modified_ms > 1600000000000);
    WANT(lm_tree_look(root, "a", &e) && e.folder);
    WANT(put("c.txt", "see", false));
    WANT(!lm_tree_move(root, "a/b.txt", "c.txt", false) && errno == EEXIST);
    WANT(lm_tree_move(root, "a/b.txt", "new/d.txt", false));
    WANT(lm_tree_move(root, "new/d.txt", "c.txt", true));
    WANT_TEXT(read_back("c.txt"), "three");
    WANT(!lm_tree_move(root, "nothing", "c.txt", true) && errno == ENOENT);
    WANT(!lm_tree_remove(root, "a") && errno == EISDIR);
    WANT(lm_tree_remove(root, "c.txt"));
    WANT(!lm_tree_remove(root, "c.txt") && errno == ENOENT);
    end();
}

TEST(what_a_drawer_holds_is_moved_into_place)
{
    limn_error  err = { 0 };
    lm_drawer  *d;
    lm_new_file f;
    char        temporary[LM_DRAWER_NAME], path[TEMPORARY_PATH + 16];
    int         fd;

    begin();
    snprintf(path, sizeof path, "%s/drawer", base);
    WANT((d = lm_drawer_open(path, &err)));
    fd = lm_drawer_write(d, temporary);
    WANT(write(fd, "bytes", 5) == 5);
    WANT(lm_new_file_beneath(root, "x.png", &f));
    WANT(lm_new_file_adopt(&f, d, fd, temporary));
    WANT(lm_new_file_commit(&f, &err));
    WANT_TEXT(read_back("x.png"), "bytes");
    fd = lm_drawer_write(d, temporary);
    close(fd);
    WANT(lm_drawer_read(d, temporary) >= 0);
    lm_drawer_clear(d);
    WANT(lm_drawer_read(d, temporary) < 0);
    lm_drawer_close(d);
    end();
}

TEST(nothing_leads_out_of_the_root)
{
    static const char *const names[] = { "..",   "../x",  "a/../../x", "/etc/passwd", "",    ".",  "a/",
                                         "link", "up/x",  "up",        "a\nb",        "pipe" };
    lm_tree_entry e;
    lm_new_file   f;

    begin();
    WANT(lm_tree_make(root) && put("a/x", "inside", false) && put("x", "mine", false));
    WANT(!symlink("../x", at("link")) && !symlink("..", at("up")) && !mkfifo(at("pipe"), 0600));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        WANT(lm_tree_file(root, names[i]) < 0);
        WANT(!*names[i] || !lm_tree_look(root, names[i], &e));
        WANT(!lm_tree_remove(root, names[i]));
        WANT(!lm_tree_move(root, names[i], "y", true));
        if (strcmp(names[i], "link") && strcmp(names[i], "pipe") && strcmp(names[i], "up")) {
            WANT(!lm_tree_move(root, "x", names[i], true));
            WANT(!lm_new_file_beneath(root, names[i], &f));
        }
    }
    WANT(!put("up/x", "out", true));
    WANT(put("link", "a file now", true)); /* in the link's place, not where it led */
    WANT_TEXT(read_back("link"), "a file now");
    WANT(access(at("../x"), F_OK));
    end();
}

/* Nothing comes of asking, and where it says no, making it fails as well. */
TEST(what_may_be_made_is_said_without_making_it)
{
    char       cwd[512];
    const bool all_may = !geteuid();

    begin();
    WANT(lm_tree_may_make(root) && lm_tree_may_make(at("x/y/")) && !lm_tree_may_make("") && errno == ENOENT);
    WANT(access(at(".."), F_OK) && lm_tree_make(root) && lm_tree_may_make(root));
    WANT(put("file", "words", false) && !lm_tree_may_make(at("file")) && errno == ENOTDIR && !lm_tree_make(at("file")));
    WANT(!lm_tree_may_make(at("file/below")) && errno == ENOTDIR && !lm_tree_make(at("file/below")));
    WANT(!symlink("nowhere", at("dangling")) && !symlink(".", at("here")) && lm_tree_may_make(at("here/new")));
    WANT(!lm_tree_may_make(at("dangling")) && errno == ENOENT && !lm_tree_make(at("dangling")));
    WANT(!lm_tree_may_make(at("dangling/below")) && !lm_tree_make(at("dangling/below")));
    WANT(!chmod(root, 0500) && lm_tree_may_make(at("new")) == all_may && (all_may || errno == EACCES) && !chmod(root, 0700));
    WANT(getcwd(cwd, sizeof cwd) && !chdir(root) && lm_tree_may_make("new/folder") && access("new", F_OK) && !chdir(cwd));
    end();
}

TEST(a_list_is_sorted_and_leaves_out_links_and_what_is_hidden)
{
    lm_tree_list list;

    begin();
    WANT(!lm_tree_each(root, "", true, NULL, &list) && errno == ENOENT);
    WANT(put("b", "2", false) && put("a/x/y", "1", false) && put("a/b", "3", false));
    WANT(!symlink("b", at("link")) && !symlink("/", at("a/all")) && !mkfifo(at("pipe"), 0600));
    WANT(lm_tree_each(root, "", true, NULL, &list));
    WANT(list.n == 5);
    for (size_t i = 0; i < list.n; i++) {
        static const char *const sorted[] = { "a", "a/b", "a/x", "a/x/y", "b" };
        WANT_TEXT(list.at[i].name, sorted[i]);
        WANT(list.at[i].folder == (i == 0 || i == 2));
    }
    lm_tree_list_done(&list);
    WANT(lm_tree_each(root, "a", false, NULL, &list) && list.n == 2);
    lm_tree_list_done(&list);
    WANT(!lm_tree_each(root, "a/all", false, NULL, &list) && errno == ELOOP);
    lm_tree_list_done(&list);
    end();
}

TEST(emptying_removes_links_and_not_what_they_lead_to)
{
    lm_tree_list list;

    begin();
    WANT(put("a/x/y", "1", false) && put("b", "2", false));
    WANT(!mkdir(at("../kept"), 0777) && !symlink("../kept", at("to")) && !symlink("../../kept", at("a/to")));
    close(open(at("../kept/z"), O_CREAT | O_WRONLY, 0600));
    lm_tree_empty(root, 0);
    WANT(lm_tree_each(root, "", true, NULL, &list) && !list.n);
    lm_tree_list_done(&list);
    WANT(!access(at("../kept/z"), F_OK));
    end();
}

TEST(a_folder_goes_with_what_it_holds_and_no_other)
{
    lm_tree_entry there;

    begin();
    WANT(put("a/x/y", "1", false) && put("a/z", "2", false) && put("b/x", "3", false));
    WANT(!mkdir(at("../kept"), 0777) && !symlink("../kept", at("to")) && !symlink("../../kept", at("a/to")));
    close(open(at("../kept/z"), O_CREAT | O_WRONLY, 0600));
    lm_tree_remove_folder(root, "a");
    WANT(!lm_tree_look(root, "a", &there) && lm_tree_look(root, "b/x", &there));
    lm_tree_remove_folder(root, "to");
    lm_tree_remove_folder(root, "../kept");
    lm_tree_remove_folder(root, "b/x");
    lm_tree_remove_folder(root, "none");
    WANT(!access(at("../kept/z"), F_OK) && lm_tree_look(root, "b/x", &there));
    end();
}

TEST(emptying_ends_when_its_time_is_up)
{
    lm_tree_list list;
    char         name[32];

    begin();
    WANT(put("a/first", "1", false));
    for (int i = 0; i < 4000; i++) {
        snprintf(name, sizeof name, "a/%d", i);
        close(open(at(name), O_CREAT | O_WRONLY, 0600));
    }
    lm_tree_empty(root, 1);
    WANT(lm_tree_each(root, "", true, NULL, &list) && list.n);
    lm_tree_list_done(&list);
    lm_tree_empty(root, 0);
    WANT(lm_tree_each(root, "", true, NULL, &list) && !list.n);
    lm_tree_list_done(&list);
    end();
}

TEST(utf8_is_well_only_in_its_shortest_form)
{
    static const char *const well[] = { "", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf" };
    static const char *const ill[] = { "\x80", "\xc0\xae", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80", "\xe2\x82", "\xc3", "a\xff" };

    for (size_t i = 0; i < sizeof well / sizeof *well; i++)
        WANT(lm_utf8_well(well[i], strlen(well[i])));
    for (size_t i = 0; i < sizeof ill / sizeof *ill; i++)
        WANT(!lm_utf8_well(ill[i], strlen(ill[i])));
}

TEST_MAIN
