/* nearest.c: the names that are spelled most alike. */
#include "core/graph/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 64 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

int lm_edit_distance(const char *a, const char *b, int far)
{
    const int n = (int)strnlen(a, LONGEST + 1), m = (int)strnlen(b, LONGEST + 1);
    int       rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *row = rows[2], *old;

    if (n > LONGEST || m > LONGEST || abs(n - m) >= far)
        return far;
    for (int j = 0; j <= m; j++)
        last[j] = before[j] = j;
    for (int i = 1; i <= n; i++) {
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        old = before;
        before = last;
        last = row;
        row = old;
    }
    return least(last[m], far);
}

lm_nearest lm_nearest_begin(const char *name, const char **out, int most)
{
    const int third = (int)strnlen(name, LONGEST) / 3;

    return (lm_nearest){ .name = name, .out = out, .most = least(most, LM_NEAREST_MOST),
                         .far = third < 2 ? 3 : third + 1 };
}

static void keep(lm_nearest *n, const char *candidate, int d)
{
    int i = n->count;

    if (d >= n->far || (i == n->most && d >= n->distances[i - 1]))
        return;
    if (i < n->most)
        n->count++;
    else
        i--;
    for (; i > 0 && n->distances[i - 1] > d; i--) {
        n->distances[i] = n->distances[i - 1];
        n->out[i] = n->out[i - 1];
    }
    n->distances[i] = d;
    n->out[i] = candidate;
}

void lm_nearest_try(lm_nearest *n, const char *candidate)
{
    keep(n, candidate, lm_edit_distance(n->name, candidate, n->far));
}

/* ------------------------------------------------------------------ files */

enum { LONGEST_STEM = 256 };

/* The name of a file without its folders and its extension, cut to size. */
static void stem_of(const char *file, char out[LONGEST_STEM])
{
    const char *slash = strrchr(file, '/'), *back = strrchr(file, '\\'), *point;

    slash = back > slash ? back : slash;
    file = slash ? slash + 1 : file;
    point = strrchr(file, '.');
    snprintf(out, LONGEST_STEM, "%.*s", point && point > file ? (int)(point - file) : LONGEST_STEM, file);
}

int lm_nearest_files(const char *name, const char *const *files, const char **out, int most)
{
    char       wanted[LONGEST_STEM], stem[LONGEST_STEM];
    lm_nearest near = lm_nearest_begin(name, out, most);

    stem_of(name, wanted);
    near.far = 2 + (int)strlen(wanted) / 4;
    for (; files && *files; files++) {
        stem_of(*files, stem);
        keep(&near, *files, strcasecmp(wanted, stem) ? 1 + lm_edit_distance(wanted, stem, near.far) : 0);
    }
    return near.count;
}
