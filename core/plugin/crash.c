/* crash.c: a crash in a plugin's code ends the program with a sentence that names plugin, node and signal.
 *
 * The handler runs on its own stack (core/data/foreign.c), allocates nothing, locks nothing and writes with one
 * call. A crash that is not a plugin's goes to whoever handled it before. */
#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/plugin/parts.h"

/* Where the code of the plugins lies: for threads of their own, and for destructors. */
enum { MOST_OBJECTS = 256 };
static struct span {
    uintptr_t        from, to;
    const lm_origin *origin;
} spans[MOST_OBJECTS];
static atomic_int n_spans;

static int exit_status;
static const void *(*exception_type)(void); /* of the C++ library, when a plugin brought one */

static const int        signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };
enum { N_SIGNALS = sizeof signals / sizeof *signals };
static struct sigaction before[N_SIGNALS];

/* ------------------------------------------------------------------ the sentence */

struct line {
    char   text[1024];
    size_t size;
};

static void put(struct line *l, const char *text)
{
    while (text && *text && l->size < sizeof l->text - 1) {
        const unsigned char c = (unsigned char)*text++;

        l->text[l->size++] = c < 32 || c == 127 ? '?' : (char)c;
    }
}

static void put_number(struct line *l, int n)
{
    char digits[12], *at = digits + sizeof digits - 1;

    *at = '\0';
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    put(l, at);
}

static const char *signal_name(int signal)
{
    static const char *const names[N_SIGNALS] = {
        "SIGSEGV, a bad memory access", "SIGBUS, memory that is not there", "SIGFPE, a bad calculation",
        "SIGILL, a bad instruction", "SIGABRT, it gave up", "SIGTRAP, a trap"
    };

    for (int i = 0; i < N_SIGNALS; i++)
        if (signals[i] == signal)
            return names[i];
    return "a signal";
}

/* A progress bar may stand in the line. */
static bool on_terminal;

/* "limn: node 3 (Boom): the plugin org.example.boom (plugins/boom.so) " */
static void begin(struct line *l, const lm_origin *o, const lm_foreign *f)
{
    if (on_terminal)
        l->text[l->size++] = '\n';
    put(l, "limn: ");
    if (f && f->node) {
        put(l, "node ");
        put(l, f->node);
        put(l, " (");
        put(l, f->node_class);
        put(l, "): ");
    }
    put(l, "the plugin ");
    put(l, o->plugin);
    put(l, " (");
    put(l, o->file);
    put(l, ") ");
}

static void put_place(struct line *l, const lm_foreign *f)
{
    if (f) {
        put(l, " in ");
        put(l, f->function);
    } else {
        put(l, " outside of a node's function");
    }
}

static void say(struct line *l)
{
    ssize_t written;

    l->text[l->size++] = '\n';
    written = write(STDERR_FILENO, l->text, l->size);
    (void)written;
}

_Noreturn static void end(struct line *l)
{
    say(l);
    _exit(exit_status);
}

_Noreturn static void tell_crash(int signal, const lm_origin *o, const lm_foreign *f)
{
    struct line l = { .size = 0 };

    begin(&l, o, f);
    if (signal == SIGABRT && exception_type && exception_type()) {
        put(&l, "let a C++ exception out");
        put_place(&l, f);
        put(&l, ": exceptions end inside the plugin; signal ");
    } else {
        put(&l, "crashed");
        put_place(&l, f);
        put(&l, ": signal ");
    }
    put_number(&l, signal);
    put(&l, " (");
    put(&l, signal_name(signal));
    put(&l, ")");
    end(&l);
}

/* ------------------------------------------------------------------ whose fault */

static uintptr_t address_of(const void *context)
{
#if defined(__x86_64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

static const lm_origin *owner_of(uintptr_t address)
{
    for (int i = 0; i < atomic_load(&n_spans); i++)
        if (address >= spans[i].from && address < spans[i].to)
            return spans[i].origin;
    return NULL;
}

/* In nobody's function: limn's own fault, or a library's that a plugin's thread called. */
static void tell_suspects(int signal)
{
    struct line l = { .size = 0 };

    put(&l, "limn: signal ");
    put_number(&l, signal);
    put(&l, " (");
    put(&l, signal_name(signal));
    put(&l, ") outside of any plugin's function; the plugins here are");
    for (int i = 0; i < atomic_load(&n_spans); i++) {
        put(&l, i ? ", " : " ");
        put(&l, spans[i].origin->plugin);
    }
    if (atomic_load(&n_spans))
        say(&l);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    const lm_foreign *f = lm_foreign_now();
    const lm_origin  *o = f ? f->origin : owner_of(address_of(context));

    if (o)
        tell_crash(signal, o, f);
    tell_suspects(signal);
    for (int i = 0; i < N_SIGNALS; i++)
        if (signals[i] == signal)
            sigaction(signal, &before[i], NULL); /* the fault comes again, and goes there */
    if (info->si_code <= 0)
        raise(signal); /* somebody sent it: it does not come again by itself */
}

/* exit() called by a plugin would look like success. */
static void on_exit_call(void)
{
    const lm_foreign *f = lm_foreign_now();
    struct line       l = { .size = 0 };

    if (!f)
        return;
    begin(&l, f->origin, f);
    put(&l, "called exit");
    put_place(&l, f);
    put(&l, ": ending the program is not a plugin's affair");
    end(&l);
}

/* ------------------------------------------------------------------ watching */

struct search {
    ElfW(Addr)   base;
    const char  *name;
    struct span *out;
};

static int find_span(struct dl_phdr_info *info, size_t size, void *self)
{
    const struct search *s = self;

    (void)size;
    if (info->dlpi_addr != s->base || strcmp(info->dlpi_name, s->name))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        const uintptr_t   from = info->dlpi_addr + p->p_vaddr, to = from + p->p_memsz;

        if (p->p_type != PT_LOAD)
            continue;
        s->out->from = s->out->from && s->out->from < from ? s->out->from : from;
        s->out->to = s->out->to > to ? s->out->to : to;
    }
    return 1;
}

static void add_span(const lm_origin *o, void *handle)
{
    const int        n = atomic_load(&n_spans);
    struct link_map *map;
    struct search    s;

    if (n == MOST_OBJECTS || dlinfo(handle, RTLD_DI_LINKMAP, &map))
        return;
    s = (struct search){ map->l_addr, map->l_name, &spans[n] };
    spans[n] = (struct span){ .origin = o };
    dl_iterate_phdr(find_span, &s);
    atomic_store(&n_spans, n + 1);
}

static void watch_signals(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

    for (int i = 0; i < N_SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
    atexit(on_exit_call);
}

void lm_crash_watch(const lm_origin *o, const lm_object *object, int status)
{
    static bool watching;

    exit_status = status;
    on_terminal = isatty(STDERR_FILENO);
    lm_foreign_stack();
    if (!watching)
        watch_signals();
    watching = true;
    if (!object->handle)
        return;
    add_span(o, object->handle);
    if (!exception_type)
        *(void **)&exception_type = dlsym(object->handle, "__cxa_current_exception_type");
}
