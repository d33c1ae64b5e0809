/* command.h: the program's commands and options, said once as tables. The parser, --help and the shell
 * completion read them. */
#ifndef LM_CLI_COMMAND_H
#define LM_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include <limn/limn.h>

/* What the program leaves with; listed by `limn --help` and in the README. */
typedef enum lm_exit {
    LM_EXIT_WELL = 0,
    LM_EXIT_FAILED = 1,      /* a node failed while running */
    LM_EXIT_USAGE = 2,       /* the command line is wrong */
    LM_EXIT_INVALID = 3,     /* the workflow cannot run: limn check says why */
    LM_EXIT_FILE = 4,        /* a file is missing, unreadable or malformed */
    LM_EXIT_DEVICE = 5,      /* the device reported a fault */
    LM_EXIT_NO_MEMORY = 6,   /* not enough memory */
    LM_EXIT_PLUGIN = 7,      /* a plugin crashed or ended the program */
    LM_EXIT_SERVER = 8,      /* the server cannot be reached, or says no */
    LM_EXIT_BUG = 70,        /* limn broke a promise to itself */
    LM_EXIT_CANCELLED = 130  /* Ctrl-C */
} lm_exit;

typedef struct lm_option {
    const char *name;  /* "--seed"; NULL ends the list */
    const char *value; /* what stands after it ("N", "FILE", "DIR"); NULL: a switch. "[N]": perhaps, and then a number,
                          or in a command without words whatever is no option. "FILE...": there, one or more */
    const char *doc;
    const char *also;   /* another spelling, ComfyUI's; or NULL. The functions below take either */
    bool        hidden; /* understood, but not in --help and not completed */
} lm_option;

/* A command line, taken apart. Texts are argv's own. */
typedef struct lm_args {
    const char *const *words; /* what is not an option */
    int                n_words;
    struct {
        const lm_option *option;
        const char      *value;
    } *given; /* in the order given */
    int n_given;
} lm_args;

typedef struct lm_command {
    const char      *name;
    const char      *words; /* "FILE", "[CLASS]"; NULL: none */
    int              least, most; /* how many words */
    const char      *doc;
    const lm_option *options;
    int (*run)(const lm_args *args);
    bool             hidden; /* for limn itself: not in --help, not completed */
} lm_command;

extern const lm_command *const lm_commands[]; /* main.c; NULL-terminated */
extern const lm_option         lm_common_options[];

/* Runs the command that argv names; its exit status. */
int lm_command_main(int argc, char **argv);

const char *lm_args_value(const lm_args *a, const char *option); /* the last one given, or NULL */
bool        lm_args_has(const lm_args *a, const char *option);
/* The i-th value of an option that may be given several times; NULL after the last. */
const char *lm_args_each(const lm_args *a, const char *option, int i);
/* A whole number; INPUT when it is not one in [least, most]. *out keeps its value when the option was not given. */
bool lm_args_whole(const lm_args *a, const char *option, long long least, long long most, long long *out,
                   limn_error *err);
/* The same; what is wrong is a line on stderr. */
bool lm_args_number(const lm_args *a, const char *option, long long least, long long most,
                    long long *out);

bool lm_print_completion(const char *shell); /* "bash", "zsh" or "fish"; false: another one */

#endif
