/* versions_test.c: versions of files: fifty each, and so many bytes over all of them. */
#include "core/base/alloc.h"
#include "core/base/folders.h"
#include "core/base/tree.h"
#include "tests/test.h"
#include "tests/web/folder.h"
#include "web/server/versions.h"

static char folder[TEMPORARY_PATH], root[TEMPORARY_PATH];

static void save(const char *name, int value, size_t n)
{
    lm_new_file f;
    limn_error  err = { 0 };
    char       *bytes = lm_alloc(n);

    memset(bytes, 'a' + value % 26, n);
    snprintf(bytes, n, "%d", value);
    WANT(lm_new_file_beneath(root, name, &f));
    f.replaces = true;
    WANT(write(f.fd, bytes, n) == (ssize_t)n && lm_new_file_commit(&f, &err));
    lm_new_file_abandon(&f);
    lm_free(bytes);
}

static int count(const lm_versions *v, const char *name)
{
    lm_text out = { 0 };
    int     n = 0;

    lm_versions_list((lm_versions *)v, name, &out);
    for (const char *at = out.at; (at = strstr(at, "\"id\"")); at++)
        n++;
    lm_text_done(&out);
    return n;
}

static uint64_t held(void)
{
    lm_tree_list all = { 0 };
    uint64_t     bytes = 0;

    if (lm_tree_each(folder, "", true, NULL, &all))
        for (size_t i = 0; i < all.n; i++)
            bytes += all.at[i].folder ? 0 : all.at[i].bytes;
    lm_tree_list_done(&all);
    return bytes;
}

TEST(bytes_over_all_files_are_bounded_and_the_oldest_leave)
{
    lm_versions *v = lm_versions_new(folder_new(folder), 40000);

    folder_new(root);
    for (int i = 0; i < 30; i++) {
        save("workflows/old.json", i, 1000);
        lm_versions_keep(v, root, "workflows/old.json");
    }
    WANT(count(v, "workflows/old.json") == 30);
    for (int i = 0; i < 40; i++) {
        save("workflows/new.json", 100 + i, 1000);
        lm_versions_keep(v, root, "workflows/new.json");
        WANT(held() <= 40000);
    }
    WANT(count(v, "workflows/new.json") >= 29 && count(v, "workflows/old.json") < 15);
    save("workflows/large.json", 7, 50000); /* larger than all that may be there */
    lm_versions_keep(v, root, "workflows/large.json");
    WANT(held() <= 40000);
    lm_versions_free(v);
    v = lm_versions_new(folder, 5000);
    save("workflows/new.json", 999, 1000);
    lm_versions_keep(v, root, "workflows/new.json");
    WANT(held() <= 5000 && count(v, "workflows/new.json") >= 1);
    lm_versions_free(v);
    folder_remove(folder);
    folder_remove(root);
}

TEST(pictures_go_with_their_versions)
{
    lm_versions  *v = lm_versions_new(folder_new(folder), 1 << 20);
    lm_text       out = { 0 };
    lm_tree_list  all = { 0 };
    char         *bytes, id[31];
    size_t        n = 0;

    folder_new(root);
    WANT(!lm_versions_picture_keep(v, "workflows/a.json", "none", 4));
    for (int i = 0; i < LM_VERSIONS_EACH + 20; i++) {
        save("workflows/a.json", i, 20);
        lm_versions_keep(v, root, "workflows/a.json");
        WANT(lm_versions_picture_keep(v, "workflows/a.json", "before", 6));
        WANT(lm_versions_picture_keep(v, "workflows/a.json", "small", 5));
    }
    lm_versions_move(v, "workflows/a.json", "workflows/b.json");
    lm_versions_list(v, "workflows/b.json", &out);
    snprintf(id, sizeof id, "%s", strstr(out.at, "\"id\": \"") + 7);
    WANT(strstr(out.at, "\"picture\": "));
    bytes = lm_versions_picture(v, "workflows/b.json", id, &n);
    WANT(bytes && n == 5 && !memcmp(bytes, "small", 5));
    WANT(!lm_versions_picture(v, "workflows/a.json", id, &n) && !lm_versions_picture(v, "workflows/b.json", "../x", &n));
    WANT(lm_tree_each(folder, "", true, NULL, &all));
    n = 0;
    for (size_t i = 0; i < all.n; i++)
        n += !all.at[i].folder;
    WANT(n == 2 * LM_VERSIONS_EACH); /* what left took its picture along */
    lm_tree_list_done(&all);
    lm_free(bytes);
    lm_text_done(&out);
    lm_versions_free(v);
    folder_remove(folder);
    folder_remove(root);
}

TEST(fifty_of_a_file_are_kept_in_the_order_in_which_they_came)
{
    lm_versions *v = lm_versions_new(folder_new(folder), 1 << 20);
    lm_text      out = { 0 };
    char        *bytes, id[31];
    size_t       n = 0;

    folder_new(root);
    for (int i = 0; i < 70; i++) { /* many in one millisecond */
        save("workflows/a.json", i, 20);
        lm_versions_keep(v, root, "workflows/a.json");
        lm_versions_keep(v, root, "workflows/a.json");
    }
    WANT(count(v, "workflows/a.json") == LM_VERSIONS_EACH);
    lm_versions_list(v, "workflows/a.json", &out);
    snprintf(id, sizeof id, "%s", strstr(out.at, "\"id\": \"") + 7);
    bytes = lm_versions_read(v, "workflows/a.json", id, &n);
    WANT(bytes && n == 20 && !strcmp(bytes, "69"));
    lm_free(bytes);
    lm_text_done(&out);
    lm_versions_move(v, "workflows/a.json", "workflows/b.json");
    WANT(count(v, "workflows/a.json") == 0 && count(v, "workflows/b.json") == LM_VERSIONS_EACH);
    lm_versions_keep(v, root, "workflows/none.json");
    WANT(count(v, "workflows/none.json") == 0);
    lm_versions_free(v);
    folder_remove(folder);
    folder_remove(root);
}

TEST_MAIN
