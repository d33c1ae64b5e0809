/* confine.c: what a worker gives up.  Source: Linux' seccomp(2), prctl(2). */
#include "core/cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/cli/landlock.h"

#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECKER 1 /* gcc; it traces our threads from a process of its own */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECKER 1 /* clang */
#endif
#endif
#if defined(LEAK_CHECKER) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

enum { MOST_FILES = 4096 };

static void limit(int what, rlim_t most)
{
    struct rlimit l;

    if (getrlimit(what, &l))
        return;
    l.rlim_cur = l.rlim_cur < most ? l.rlim_cur : most;
    l.rlim_max = l.rlim_max < most ? l.rlim_max : most;
    setrlimit(what, &l);
}

/* One that was given a higher place in that line stays there. */
static void go_before_others(void)
{
    const int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    char      now[16] = "";

    if (fd >= 0 && pread(fd, now, sizeof now - 1, 0) > 0 && atoi(now) < 500)
        (void)!write(fd, "500", 3);
    if (fd >= 0)
        close(fd);
}

/* A worker that root started is no administrator: files of any owner are all that is left of that. */
static void shed_rights(void)
{
    enum { KEPT = 1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH | 1 << CAP_FOWNER };
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct   all[_LINUX_CAPABILITY_U32S_3] = { 0 };

    if (syscall(SYS_capget, &head, all))
        return;
    all[1] = (struct __user_cap_data_struct){ 0 };
    all[0].effective &= KEPT;
    all[0].permitted &= KEPT;
    all[0].inheritable &= KEPT;
    syscall(SYS_capset, &head, all);
}

void lm_confine(void)
{
    go_before_others();
    shed_rights();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, MOST_FILES);
}

/* ------------------------------------------------------------------ calls */

#if defined(__x86_64__)
enum { MACHINE = AUDIT_ARCH_X86_64, SECOND_SET = 0x40000000 }; /* from there on: the same calls once more, as x32 */
#elif defined(__aarch64__)
enum { MACHINE = AUDIT_ARCH_AARCH64, SECOND_SET = 0x7fffffff };
#endif

enum { FCHMODAT2 = 452, SETXATTRAT = 463, REMOVEXATTRAT = 466 }; /* on every architecture; younger than our headers */

static const uint16_t refused[] = {
    SYS_execve, SYS_execveat,                                     /* programs */
    SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, /* the network */
    SYS_io_uring_setup,                                           /* which would do both behind this filter's back */
#ifndef LEAK_CHECKER
    SYS_ptrace,
#endif
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_perf_event_open, /* other processes */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_open_by_handle_at, /* the house */
    SYS_bpf, SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_swapon, SYS_swapoff, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_acct, SYS_quotactl, SYS_personality,
    SYS_fchmodat, FCHMODAT2, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr, SETXATTRAT,
    REMOVEXATTRAT, /* whose a file is, which Landlock leaves to everybody who knows its name */
#ifdef SYS_chmod
    SYS_chmod, SYS_chown, SYS_lchown,
#endif
};

enum { N_REFUSED = sizeof refused / sizeof *refused, N_FRONT = 4, N_FILTER = N_FRONT + N_REFUSED + 2 };

bool lm_confine_calls(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
    struct sock_filter filter[N_FILTER] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)MACHINE, 0, N_REFUSED + 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SECOND_SET, N_REFUSED + 1, 0),
    };
    const struct sock_fprog program = { N_FILTER, filter };

    for (int i = 0; i < N_REFUSED; i++)
        filter[N_FRONT + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i],
                                                           (uint8_t)(N_REFUSED - i), 0);
    filter[N_FILTER - 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[N_FILTER - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
#else
    return false;
#endif
}

/* ------------------------------------------------------------------ a reader of files that others opened */

static const uint16_t allowed[] = {
    SYS_read, SYS_write, SYS_pread64, SYS_recvmsg, SYS_sendmsg, SYS_close,   /* what it holds */
    SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex, SYS_sched_yield, /* memory, locks */
    SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_sigaltstack,
    SYS_restart_syscall, SYS_getpid, SYS_gettid, SYS_clock_gettime,
};
static const uint16_t weighed[] = { SYS_mmap, SYS_mprotect }; /* their third argument: no PROT_EXEC */

enum {
    PROT_RUN = 4,
    N_ALLOWED = sizeof allowed / sizeof *allowed, N_WEIGHED = sizeof weighed / sizeof *weighed,
    LIST = 3, WEIGHED = LIST + N_ALLOWED, REFUSE = WEIGHED + N_WEIGHED, WEIGH = REFUSE + 1, ALLOW = WEIGH + 3,
    N_READER = ALLOW + 1,
    THIRD = offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t) /* its lower half: little endian */
};

static bool filter_reader(void)
{
#if (defined(__x86_64__) || defined(__aarch64__)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    struct sock_filter filter[N_READER] = {
        [0] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        [1] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)MACHINE, 0, REFUSE - 2),
        [2] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        [REFUSE] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        [WEIGH] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, THIRD),
        [WEIGH + 1] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_RUN, 0, 1),
        [WEIGH + 2] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        [ALLOW] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { N_READER, filter };

    for (int i = 0; i < N_ALLOWED; i++)
        filter[LIST + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i],
                                                        (uint8_t)(ALLOW - (LIST + i) - 1), 0);
    for (int i = 0; i < N_WEIGHED; i++)
        filter[WEIGHED + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, weighed[i],
                                                           (uint8_t)(WEIGH - (WEIGHED + i) - 1), 0);
    return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
#else
    return false;
#endif
}

bool lm_confine_reader(uint64_t memory, uint64_t file)
{
    lm_confine();
    lm_landlock_keep(lm_landlock_new());
    limit(RLIMIT_NOFILE, 16);
    limit(RLIMIT_FSIZE, file);
    signal(SIGXFSZ, SIG_IGN);
#ifndef SANITIZED
    if (memory)
        limit(RLIMIT_AS, memory);
#else
    (void)memory;
#endif
    return filter_reader();
}
