/* replay.c: runs a fuzz target over files and folders of files, for builds without libFuzzer. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int n_files;

static void replay_file(FILE *f)
{
    size_t   size = 0, room = 1 << 16, n;
    uint8_t *data = malloc(room), *exact;

    while ((n = fread(data + size, 1, room - size, f)) > 0) {
        size += n;
        if (size == room)
            data = realloc(data, room *= 2);
    }
    exact = malloc(size ? size : 1); /* so that a sanitizer sees a byte too far */
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    n_files++;
}

static int replay(const char *path)
{
    DIR           *d = opendir(path);
    FILE          *f = d ? NULL : fopen(path, "rb");
    struct dirent *e;
    char           name[4096];
    int            failed = 0;

    if (!d && !f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    if (f) {
        replay_file(f);
        fclose(f);
        return 0;
    }
    while ((e = readdir(d))) {
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        failed |= *e->d_name != '.' && replay(name);
    }
    closedir(d);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    printf("%d files replayed\n", n_files);
    return failed || !n_files;
}
