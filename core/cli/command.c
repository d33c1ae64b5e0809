/* command.c: takes a command line apart by the tables, and prints them as help and completion. */
#include "core/cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/nearest.h"

const lm_option lm_common_options[] = {
    { "--help", NULL, "Show this help." },
    { NULL },
};

/* ------------------------------------------------------------------ help */

static void print_options(const lm_option *options)
{
    char name[48];

    for (const lm_option *o = options; o && o->name; o++) {
        if (o->hidden)
            continue;
        snprintf(name, sizeof name, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-26s %s%s%s\n", name, o->doc, o->also ? " Also " : "", o->also ? o->also : "");
    }
}

static int print_command_help(const lm_command *c)
{
    printf("limn %s%s%s [OPTION]...\n\n%s\n\n", c->name, c->words ? " " : "",
           c->words ? c->words : "", c->doc);
    print_options(c->options);
    print_options(lm_common_options);
    return LM_EXIT_WELL;
}

static const lm_command *const *first_shown(const lm_command *const *c)
{
    while (*c && (*c)->hidden)
        c++;
    return c;
}

static int print_help(void)
{
    printf("limn " LIMN_VERSION ": runs node-graph workflows that paint pictures\n\n"
           "limn COMMAND [WORD]... [OPTION]...\n\n");
    for (const lm_command *const *c = first_shown(lm_commands); *c; c = first_shown(c + 1))
        printf("  %-26s %.*s\n", (*c)->name, (int)strcspn((*c)->doc, "\n"), (*c)->doc);
    printf("\n  limn COMMAND --help        The options of a command.\n"
           "  limn --version             The version.\n\n"
           "Exit status: 0 well; 1 a node failed; 2 wrong command line; 3 the workflow cannot run;\n"
           "4 a file is missing, unreadable or malformed; 5 device fault; 6 not enough memory;\n"
           "7 a plugin crashed; 8 the server cannot be reached, or says no; 70 a bug of limn's;\n"
           "130 stopped by Ctrl-C.\n");
    return LM_EXIT_WELL;
}

/* ------------------------------------------------------------------ taking apart */

static bool spells(const char *spelling, const char *name, size_t length)
{
    return spelling && strlen(spelling) == length && !strncmp(spelling, name, length);
}

static const lm_option *find_option(const lm_option *options, const char *name, size_t length)
{
    for (const lm_option *o = options; o && o->name; o++)
        if (spells(o->name, name, length) || spells(o->also, name, length))
            return o;
    return NULL;
}

static const lm_command *find_command(const char *name)
{
    for (const lm_command *const *c = lm_commands; *c; c++)
        if (!strcmp((*c)->name, name))
            return *c;
    return NULL;
}

static int no_such_command(const char *name)
{
    const char *near;
    lm_nearest  n = lm_nearest_begin(name, &near, 1);

    for (const lm_command *const *c = first_shown(lm_commands); *c; c = first_shown(c + 1))
        lm_nearest_try(&n, (*c)->name);
    fprintf(stderr, "limn: no such command: %s%s%s; limn --help lists them\n", name, n.count ? "; nearest: " : "",
            n.count ? near : "");
    return LM_EXIT_USAGE;
}

static bool wrong(const lm_command *c, const char *text, const char *what)
{
    fprintf(stderr, "limn %s: %s%s; limn %s --help shows what it takes\n", c->name, text, what,
            c->name);
    return false;
}

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789.")];
}

static void give(lm_args *a, const lm_option *o, const char *value)
{
    a->given[a->n_given].option = o;
    a->given[a->n_given++].value = value;
}

/* May argv[i] be a value that need not be there? */
static bool follows(const lm_command *c, int argc, char **argv, int i)
{
    return i < argc && (is_number(argv[i]) || (!c->most && argv[i][0] != '-'));
}

/* Gives the option what follows argv[*i]: "" for a switch, and where a value may stand and none does. */
static bool give_what_follows(lm_args *a, const lm_command *c, const lm_option *o, int argc, char **argv, int *i)
{
    const size_t n = o->value ? strlen(o->value) : 0;
    const bool   many = n > 3 && !strcmp(o->value + n - 3, "...");

    if (!n || (*o->value == '[' && !follows(c, argc, argv, *i + 1))) {
        give(a, o, "");
        return true;
    }
    if (*i + 1 >= argc)
        return wrong(c, "a value is missing after ", o->name);
    give(a, o, argv[++*i]);
    while (many && !c->most && follows(c, argc, argv, *i + 1))
        give(a, o, argv[++*i]);
    return true;
}

static bool take_option(lm_args *a, const lm_command *c, int argc, char **argv, int *i)
{
    const char      *word = argv[*i], *equals = strchr(word, '=');
    const size_t     length = equals ? (size_t)(equals - word) : strlen(word);
    const lm_option *o = find_option(c->options, word, length);

    if (!o)
        o = find_option(lm_common_options, word, length);
    if (!o)
        return wrong(c, "no such option: ", word);
    if (!equals)
        return give_what_follows(a, c, o, argc, argv, i);
    if (!o->value)
        return wrong(c, "this option takes no value: ", o->name);
    give(a, o, equals + 1);
    return true;
}

/* "--name value", "--name=value" and switches; "--" makes everything after it a word. */
static bool take_apart(const lm_command *c, int argc, char **argv, lm_args *a)
{
    const char **words = lm_alloc_array((size_t)argc + 1, sizeof *words);
    bool         only_words = false;

    a->words = words;
    a->given = lm_alloc_array((size_t)argc + 1, sizeof *a->given);
    for (int i = 0; i < argc; i++)
        if (only_words || argv[i][0] != '-' || !argv[i][1])
            words[a->n_words++] = argv[i];
        else if (!strcmp(argv[i], "--"))
            only_words = true;
        else if (!take_option(a, c, argc, argv, &i))
            return false;
    if (lm_args_has(a, "--help"))
        return true;
    if (a->n_words < c->least)
        return wrong(c, "missing: ", c->words);
    return a->n_words <= c->most || wrong(c, "one word too many: ", a->words[c->most]);
}

int lm_command_main(int argc, char **argv)
{
    const lm_command *c;
    lm_args           a = { 0 };
    int               status = LM_EXIT_USAGE;

    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
        return print_help();
    if (!strcmp(argv[1], "--version"))
        return printf("limn " LIMN_VERSION "\n") < 0;
    c = find_command(argv[1]);
    if (!c)
        return no_such_command(argv[1]);
    if (take_apart(c, argc - 2, argv + 2, &a))
        status = lm_args_has(&a, "--help") ? print_command_help(c) : c->run(&a);
    lm_free((void *)a.words);
    lm_free(a.given);
    return status;
}

/* ------------------------------------------------------------------ asking */

static bool is_named(const lm_option *o, const char *name)
{
    return !strcmp(o->name, name) || (o->also && !strcmp(o->also, name));
}

const char *lm_args_each(const lm_args *a, const char *option, int i)
{
    for (int k = 0; k < a->n_given; k++)
        if (is_named(a->given[k].option, option) && i-- == 0)
            return a->given[k].value;
    return NULL;
}

const char *lm_args_value(const lm_args *a, const char *option)
{
    for (int k = a->n_given; k-- > 0;)
        if (is_named(a->given[k].option, option))
            return a->given[k].value;
    return NULL;
}

bool lm_args_has(const lm_args *a, const char *option)
{
    return lm_args_value(a, option) != NULL;
}

bool lm_args_whole(const lm_args *a, const char *option, long long least, long long most, long long *out,
                   limn_error *err)
{
    const char *text = lm_args_value(a, option);
    char       *end;
    long long   x;

    if (!text)
        return true;
    errno = 0;
    x = strtoll(text, &end, 10);
    if (errno || end == text || *end || x < least || x > most)
        return limn_fail(err, INPUT, "%s %.80s: not a whole number from %lld to %lld", option, text, least, most);
    *out = x;
    return true;
}

bool lm_args_number(const lm_args *a, const char *option, long long least, long long most,
                    long long *out)
{
    limn_error err = { 0 };

    if (lm_args_whole(a, option, least, most, out, &err))
        return true;
    fprintf(stderr, "limn: %s\n", err.text);
    return false;
}

/* ------------------------------------------------------------------ completion */

static void print_names(const lm_option *options)
{
    for (const lm_option *o = options; o && o->name; o++)
        if (!o->hidden)
            printf(" %s%s%s", o->name, o->also ? " " : "", o->also ? o->also : "");
}

static void print_bash(void)
{
    printf("_limn()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options=\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then\n        options=\"");
    for (const lm_command *const *c = first_shown(lm_commands); *c; c = first_shown(c + 1))
        printf("%s ", (*c)->name);
    printf("--help --version\"\n    else\n        case $command in\n");
    for (const lm_command *const *c = first_shown(lm_commands); *c; c = first_shown(c + 1)) {
        printf("        %s) options=\"", (*c)->name);
        print_names((*c)->options);
        print_names(lm_common_options);
        printf("\" ;;\n");
    }
    printf("        esac\n    fi\n    if [[ $word == -* || $COMP_CWORD = 1 ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n    fi\n}\n"
           "complete -o default -F _limn limn\n");
}

/* "--seed" is fish's -l seed, "-o" its -s o; a value that must follow is -r. */
static void print_fish_option(const lm_command *c, const lm_option *o, const char *name)
{
    const bool is_long = name && name[1] == '-';

    if (name && !o->hidden)
        printf("complete -c limn -n '__fish_seen_subcommand_from %s' %s %s%s\n", c->name, is_long ? "-l" : "-s",
               name + 1 + is_long, o->value && *o->value != '[' ? " -r" : "");
}

static void print_fish(void)
{
    for (const lm_command *const *c = first_shown(lm_commands); *c; c = first_shown(c + 1)) {
        printf("complete -c limn -n __fish_use_subcommand -a %s\n", (*c)->name);
        for (const lm_option *o = (*c)->options; o && o->name; o++) {
            print_fish_option(*c, o, o->name);
            print_fish_option(*c, o, o->also);
        }
    }
}

bool lm_print_completion(const char *shell)
{
    if (!strcmp(shell, "fish"))
        return print_fish(), true;
    if (strcmp(shell, "bash") && strcmp(shell, "zsh"))
        return false;
    if (!strcmp(shell, "zsh"))
        printf("autoload -U +X bashcompinit && bashcompinit\n");
    print_bash();
    return true;
}
