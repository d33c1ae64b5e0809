/* places_test.c: what a process that keeps to its places cannot do any more, tried in a process that does; and how it sees
 * that a place is another one now. */
#include "core/cli/places.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/tree.h"
#include "tests/test.h"

enum { READ = LM_MAY_READ, WRITE = LM_MAY_READ | LM_MAY_WRITE, NO_LANDLOCK = 77, NO_MOUNTS = 78 };

/* The kernel's version of it, asked without our own code. */
static long version(void)
{
    return syscall(444, NULL, 0, 1);
}

/* ------------------------------------------------------------------ a house with two rooms */

static char house[] = "/tmp/limn-places-XXXXXX";

static void put(const char *name, const char *text)
{
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    WANT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* Everything is told by its name from in there. */
static void move_in(void)
{
    strcpy(house + sizeof house - 7, "XXXXXX");
    WANT(mkdtemp(house) && !chdir(house));
    WANT(!mkdir("shut", 0700) && !mkdir("read", 0700) && !mkdir("write", 0700));
    put("shut/secret", "secret");
    put("read/here", "here");
    put("write/here", "here");
}

static void move_out(void)
{
    WANT(!chdir("/"));
    lm_tree_empty(house, 0);
    WANT(!rmdir(house));
}

static lm_places *keep_to(const char *read, const char *write)
{
    lm_places *p = lm_places_new();

    lm_places_follow(p, read, READ);
    lm_places_follow(p, write, WRITE);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !lm_places_keep(p))
        _exit(NO_LANDLOCK);
    return p;
}

/* Runs it in a process of its own, in a house of its own; what it wants and is not so fails the test. */
static void in_a_process(void (*live)(void))
{
    int   status = 0;
    pid_t child;

    if (version() < 1) {
        printf("    this kernel has no Landlock: nothing was tried\n");
        return;
    }
    move_in();
    fflush(stdout);
    child = fork();
    if (!child) {
        test_failures = 0;
        live();
        fflush(stdout);
        _exit(test_failures > 0);
    }
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_MOUNTS)
        printf("    this user mounts nothing: it was not tried\n");
    WANT(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == NO_MOUNTS);
    move_out();
}

/* errno of opening, 0 when it went well. */
static int opened(const char *path, int flags)
{
    const int fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int said(int result)
{
    return result < 0 ? errno : 0;
}

/* ------------------------------------------------------------------ files */

static void stay_inside(void)
{
    keep_to("read", "write");
    WANT(opened("read/here", O_RDONLY) == 0);
    WANT(opened("read", O_RDONLY | O_DIRECTORY) == 0);
    WANT(opened("write/here", O_RDWR | O_TRUNC) == 0);
    WANT(opened("write/new", O_WRONLY | O_CREAT | O_EXCL) == 0);
    WANT(!rename("write/new", "write/newer") && !unlink("write/newer"));
    WANT(!mkdir("write/folder", 0700) && opened("write/folder/new", O_WRONLY | O_CREAT) == 0);
    WANT(opened("read/later", O_RDONLY) == ENOENT);
}

TEST(what_it_may_read_and_write_it_reads_and_writes)
{
    in_a_process(stay_inside);
}

static void go_outside(void)
{
    keep_to("read", "write");
    WANT(opened("shut/secret", O_RDONLY) == EACCES);
    WANT(opened("shut", O_RDONLY | O_DIRECTORY) == EACCES);
    WANT(opened("/etc/hostname", O_RDONLY) == EACCES);
    WANT(opened("write/../shut/secret", O_RDONLY) == EACCES);
    WANT(opened("shut/secret", O_WRONLY) == EACCES);
    WANT(opened("shut/new", O_WRONLY | O_CREAT) == EACCES);
    WANT(opened("read/here", O_RDWR) == EACCES);
    WANT(opened("read/new", O_WRONLY | O_CREAT) == EACCES);
    WANT(said(unlink("shut/secret")) == EACCES && said(unlink("read/here")) == EACCES);
    WANT(said(mkdir("shut/new", 0700)) == EACCES);
    WANT(said(rename("shut/secret", "shut/other")) == EACCES);
    WANT(said(rename("write/here", "shut/here")) != 0);
    WANT(said(link("shut/secret", "write/secret")) != 0);
    WANT(said(symlink("/", "write/link")) == EACCES);
    WANT(said(mkfifo("write/fifo", 0600)) == EACCES);
    WANT(version() < 3 || said(truncate("shut/secret", 0)) == EACCES);
    WANT(said(execl("/bin/true", "true", (char *)NULL)) == EACCES);
}

TEST(outside_it_reads_writes_and_removes_nothing)
{
    in_a_process(go_outside);
}

static void follow_a_link(void)
{
    WANT(!symlink("../shut/secret", "read/link") && !symlink("../write/here", "read/inside"));
    keep_to("read", "write");
    WANT(opened("read/link", O_RDONLY) == EACCES);
    WANT(opened("read/inside", O_RDONLY) == 0);
}

TEST(a_link_opens_what_it_leads_to_and_no_more)
{
    in_a_process(follow_a_link);
}

static void hold_on(void)
{
    const int fd = open("shut/secret", O_RDONLY);
    char      text[8] = "";

    keep_to("read", "write");
    WANT(read(fd, text, sizeof text - 1) == 6);
    WANT_TEXT(text, "secret");
}

TEST(what_was_open_stays_open)
{
    in_a_process(hold_on);
}

static void *look_outside(void *self)
{
    *(int *)self = opened("shut/secret", O_RDONLY);
    return NULL;
}

static void begin_a_thread(void)
{
    pthread_t thread;
    int       why = 0;

    keep_to("read", "write");
    WANT(!pthread_create(&thread, NULL, look_outside, &why) && !pthread_join(thread, NULL));
    WANT(why == EACCES);
}

TEST(its_threads_keep_to_it_too)
{
    in_a_process(begin_a_thread);
}

/* ------------------------------------------------------------------ the network, and others */

static void call_out(void)
{
    const int          s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };

    keep_to("read", "write");
    WANT(s >= 0);
    if (version() >= 4) {
        WANT(said(connect(s, (struct sockaddr *)&there, sizeof there)) == EACCES);
        WANT(said(bind(s, (struct sockaddr *)&there, sizeof there)) == EACCES);
    }
    WANT(version() < 6 || said(kill(getppid(), 0)) == EPERM);
    WANT(!kill(getpid(), 0));
}

TEST(it_connects_to_nobody_and_sends_no_signal_to_others)
{
    in_a_process(call_out);
}

/* ------------------------------------------------------------------ places that change */

/* What others do meanwhile is done by a process that keeps to nothing: it does a step for each letter. */
static int steps[2], done[2];

static void serve_steps(void (*const *what)(void))
{
    char letter;

    close(steps[1]);
    while (read(steps[0], &letter, 1) == 1) {
        (*what++)();
        if (write(done[1], "", 1) != 1)
            break;
    }
    _exit(0);
}

static void next_step(void)
{
    char letter = 0;

    WANT(write(steps[1], &letter, 1) == 1 && read(done[0], &letter, 1) == 1);
}

/* From here on next_step() has the next of them done. */
static void have_others_do(void (*const *what)(void))
{
    WANT(!pipe(steps) && !pipe(done));
    fflush(stdout);
    if (!fork())
        serve_steps(what);
}

static void make_below(void)
{
    if (mkdir("read/below", 0700))
        _exit(1);
    put("read/below/file", "here");
}

static void remake_write(void)
{
    lm_tree_empty("write", 0);
    if (rmdir("write") || mkdir("write", 0700))
        _exit(1);
}

static void remove_write(void)
{
    if (rmdir("write"))
        _exit(1);
}

static void others_change_it(void)
{
    static void (*const what[])(void) = { make_below, remake_write, remove_write };
    lm_places *p;

    have_others_do(what);
    p = keep_to("read", "write");
    WANT(!lm_places_moved(p));
    next_step();
    WANT(!lm_places_moved(p) && opened("read/below/file", O_RDONLY) == 0);
    next_step();
    WANT_TEXT(lm_places_moved(p), "write");
    next_step();
    WANT_TEXT(lm_places_moved(p), "write");
    lm_places_free(p);
}

TEST(a_folder_that_was_made_anew_is_noticed_and_one_below_is_open)
{
    in_a_process(others_change_it);
}

static void point_inside(void)
{
    if (symlink("read", "later"))
        _exit(1);
}

static void point_outside(void)
{
    if (unlink("later") || symlink("shut", "later"))
        _exit(1);
}

static void point_nowhere(void)
{
    if (unlink("later"))
        _exit(1);
}

static void others_make_it(void)
{
    static void (*const what[])(void) = { point_inside, point_outside, point_nowhere };
    lm_places *p;

    have_others_do(what);
    p = lm_places_new();
    lm_places_follow(p, "read", READ);
    lm_places_follow(p, "later", READ);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !lm_places_keep(p))
        _exit(NO_LANDLOCK);
    WANT(!lm_places_moved(p));
    next_step();
    WANT(!lm_places_moved(p) && opened("later/here", O_RDONLY) == 0);
    next_step();
    WANT_TEXT(lm_places_moved(p), "later");
    next_step();
    WANT(!lm_places_moved(p));
    lm_places_free(p);
}

TEST(a_folder_that_comes_later_is_noticed_when_it_is_shut)
{
    in_a_process(others_make_it);
}

/* ------------------------------------------------------------------ mounts */

static void mount_below(void)
{
    if (mount("limn", "read/mounted", "tmpfs", 0, NULL))
        _exit(1);
    put("read/mounted/file", "here");
}

static void mount_over(void)
{
    if (mount("limn", "read", "tmpfs", 0, NULL))
        _exit(1);
    put("read/file", "here");
}

static void unmount_all(void)
{
    umount2("read", MNT_DETACH);
    umount2("read/mounted", MNT_DETACH);
}

static void others_mount(void)
{
    static void (*const what[])(void) = { mount_below, mount_over, unmount_all };
    lm_places *p;

    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        _exit(NO_MOUNTS);
    WANT(!mkdir("read/mounted", 0700));
    have_others_do(what);
    p = keep_to("read", "write");
    next_step();
    WANT(!lm_places_moved(p) && opened("read/mounted/file", O_RDONLY) == 0);
    next_step();
    WANT_TEXT(lm_places_moved(p), "read");
    next_step();
    WANT(!lm_places_moved(p));
    lm_places_free(p);
}

TEST(what_is_mounted_below_is_open_and_what_is_mounted_over_is_noticed)
{
    in_a_process(others_mount);
}

/* ------------------------------------------------------------------ without */

TEST(who_keeps_to_nothing_sees_nothing_move)
{
    lm_places *p = lm_places_new();

    lm_places_follow(p, "/nowhere", WRITE);
    WANT(!lm_places_moved(p));
    WANT(!lm_landlock_keep(-1));
    lm_places_free(p);
    lm_places_free(NULL);
}

TEST_MAIN
