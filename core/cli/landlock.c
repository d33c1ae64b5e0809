/* landlock.c: Linux' Landlock. Source: the kernel's userspace-api/landlock; landlock_create_ruleset(2). */
#include "core/cli/landlock.h"

#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Spelled out so that older system headers will do; these are numbers of every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* What is taken away, as far as the version knows it. Bits that an older kernel does not know stay 0, and so it takes
 * the whole struct. */
struct ruleset {
    uint64_t files, net, scoped;
};
struct beneath {
    uint64_t files;
    int32_t  folder;
} __attribute__((packed));
enum { ASK_VERSION = 1, RULE_BENEATH = 1 };

enum {
    EXECUTE = 1, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3, REMOVE_DIR = 1 << 4, REMOVE_FILE = 1 << 5,
    MAKE_DIR = 1 << 7, MAKE_REG = 1 << 8, TRUNCATE = 1 << 14, IOCTL_DEV = 1 << 15,
    OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV, /* the others are of folders */
    BIND_TCP = 1, CONNECT_TCP = 1 << 1,
    ABSTRACT_SOCKETS = 1, SIGNALS = 1 << 1
};

/* All rights over files that a version knows. */
static uint64_t known(long version)
{
    return (version < 2   ? (1u << 13)
            : version < 3 ? (1u << 14)
            : version < 5 ? (1u << 15)
                          : (1u << 16)) - 1;
}

static long version_here(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
}

int lm_landlock_new(void)
{
    const long           version = version_here();
    const struct ruleset all = { .files = known(version), .net = version < 4 ? 0 : BIND_TCP | CONNECT_TCP,
                                 .scoped = version < 6 ? 0 : ABSTRACT_SOCKETS | SIGNALS };

    return version < 1 ? -1 : (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
}

static uint64_t rights(unsigned may)
{
    uint64_t r = 0;

    if (may & LM_MAY_READ)
        r |= READ_FILE | READ_DIR;
    if (may & LM_MAY_WRITE)
        r |= WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR;
    if (may & LM_MAY_DRIVE)
        r |= IOCTL_DEV;
    return r;
}

bool lm_landlock_add(int list, int fd, unsigned may)
{
    struct beneath rule = { .files = rights(may) & known(version_here()), .folder = fd };
    struct stat    st;

    if (fstat(fd, &st))
        return false;
    if (!S_ISDIR(st.st_mode))
        rule.files &= OF_FILES;
    return !syscall(SYS_landlock_add_rule, list, RULE_BENEATH, &rule, 0);
}

bool lm_landlock_keep(int list)
{
    const bool kept = list >= 0 && !syscall(SYS_landlock_restrict_self, list, 0);

    if (list >= 0)
        close(list);
    return kept;
}
