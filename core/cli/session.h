/* session.h: what every command that touches workflows needs: the nodes, the folders, the device and the
 * environment that calls see, made from the options of the command line. */
#ifndef LM_CLI_SESSION_H
#define LM_CLI_SESSION_H

#include "core/base/text.h"
#include "core/cli/command.h"
#include "core/data/call.h"
#include "core/graph/registry.h"
#include "core/plugin/plugin.h"

/* Rows for a command's option table. */
#define LM_OPTION_BASE                                                                         \
    { "--base", "DIR", "The folder with models/, input/ and output/ (default: the current one).",   \
      "--base-directory" }
/* Where workflows find pictures and models. --folder is for limn itself. */
#define LM_OPTIONS_FINDING                                                                     \
    LM_OPTION_BASE,                                                                            \
    { "--input-directory", "DIR", "Where pictures are read (default: BASE/input)." },          \
    { "--extra-model-paths-config", "FILE...",                                                 \
      "Look for models in more folders, as ComfyUI's extra_model_paths.yaml says." },          \
    { "--folder", "KIND=DIR", "One more folder of models.", .hidden = true }
#define LM_OPTION_CARRIED                                                                      \
    { "--carried", "KEY", "Of what a picture carries: workflow, prompt or parameters." }
#define LM_OPTIONS_OUTPUT                                                                       \
    { "--output", "DIR", "Where pictures go (default: BASE/output).", "--output-directory" },  \
    { "--temp-directory", "DIR", "Where previews go: DIR/temp (default: BASE/temp)." }
#define LM_OPTION_DEVICE                                                                       \
    { "--device", "NAME", "cpu, or ref: the plain definition of every op, slow (default: cpu)." }
#define LM_OPTION_PRECISION                                                                    \
    { "--precision", "P", "auto, f32 or bf16: in what products are computed (default: auto)." }
#define LM_OPTION_JOBS { "--jobs", "N", "How many nodes may run at the same time (default: what overlaps well)." }
#define LM_OPTION_THREADS { "--threads", "N", "How many threads compute (default: one a core)." }
#define LM_OPTIONS_PLUGINS                                                                     \
    { "--plugin", "FILE", "Load this plugin, too; may be given several times." },              \
    { "--no-plugins", NULL, "Load no plugins." },                                              \
    { "--plugins-locked", NULL, "Load only plugins whose SHA-256 is in the list of allowed ones." }, \
    { "--plugins-allowed", "FILE", "That list (default: BASE/plugins/allowed.sha256)." }
#define LM_OPTIONS_MEMORY                                                                      \
    { "--ram-limit", "SIZE", "Hold no more than this: 8GB, 75%, off (default: 90%)." },        \
    { "--vram-limit", "SIZE", "The same on devices with memory of their own (default: off)." }, \
    { "--cache-ram", "[GB]", "Keep results in so much memory (default: half of --ram-limit)." }, \
    { "--cache-lru", "N", "Keep the N results of earlier prompts that were used last." },      \
    { "--cache-classic", NULL, "Of earlier prompts keep only what the next one asks for." },   \
    { "--cache-none", NULL, "Keep no results in memory." },                                    \
    { "--cache-disk", "DIR", "Keep results that were dear in this folder, across restarts." }, \
    { "--cache-disk-size", "SIZE", "How large that folder may get (default: 10GB)." }

/* Of every command that runs workflows. */
#define LM_OPTIONS_RUNNING                                                                     \
    LM_OPTIONS_FINDING, LM_OPTIONS_PLUGINS, LM_OPTIONS_OUTPUT, LM_OPTION_DEVICE, LM_OPTION_PRECISION, \
        LM_OPTION_THREADS, LM_OPTION_JOBS, LM_OPTIONS_MEMORY,                                  \
        { "--disable-metadata", NULL, "Do not write the workflow into the pictures." }

struct lm_cache;

typedef struct lm_session {
    lm_registry     *registry;
    lm_folders      *folders;
    lm_plugins      *plugins;
    lm_run_env       env;
    struct lm_cache *cache;        /* NULL: nothing is kept */
    const char      *compute_name; /* "f32 (measured: fastest here)" */
    bool             places;       /* a bundle's pictures go into the input folder; set by who runs it */
} lm_session;

/* Do the options of LM_OPTIONS_RUNNING say something that lm_session_start would understand? Nothing is opened; INPUT. */
bool lm_session_options(const lm_args *a, limn_error *err);

/* Registry, folders and plugins; enough to check. Plugins that were not loaded are told on stderr; one that was
 * asked for by name is an error. False with the error filled. */
bool lm_session_open(lm_session *s, const lm_args *a, limn_error *err);
/* The same, and nothing is told about plugins. */
bool lm_session_look(lm_session *s, const lm_args *a, limn_error *err);
/* Adds the device, the compute class, the limits of memory and the cache; enough to run. Ctrl-C sets env.stop
 * from here on. */
bool lm_session_start(lm_session *s, const lm_args *a, limn_error *err);
void lm_session_close(lm_session *s);

/* What lm_session_look begins with: the base folder with input, output and temp as the options say; NULL with the error. [new] */
lm_folders *lm_session_folders(const lm_args *a, limn_error *err);
/* The directories of models that options and files of them name. */
bool lm_session_models(lm_folders *f, const lm_args *a, limn_error *err);

/* Where limn notes what it found out about this machine: $XDG_CACHE_HOME/limn or ~/.cache/limn, made when it is not
 * there; NULL: there is no such place.                                                           [new] */
char *lm_session_cache(void);

/* plugins.c: loads what base and options name, with its samplers and schedules. `remembered` is a folder for notes,
 * or NULL.                                                                                       [new] */
lm_plugins *lm_session_plugins(const lm_args *a, lm_registry *r, lm_folders *f, const char *remembered);

/* memory.c: a size, as 500MB, 8GB or 2000000000 (a bare number counts `unit` each), or with `whole` > 0 a share of it,
 * as 75%. *out keeps its value when the option was not given; INPUT when it is no size. */
bool lm_args_size(const lm_args *a, const char *option, double unit, double whole, size_t *out, limn_error *err);

/* memory.c: are the options of LM_OPTIONS_MEMORY understood? INPUT. */
bool lm_session_memory_options(const lm_args *a, limn_error *err);

/* memory.c: sets the limits of memory, and opens the cache (NULL: none is wanted). INPUT when an option is wrong,
 * FILE when the folder of --cache-disk cannot be used.                                           [new] */
bool lm_session_memory(const lm_args *a, lm_device *device, struct lm_cache **cache, limn_error *err);

/* The exit status that tells what kind of error it was. */
int lm_exit_of(limn_code code);
/* The same before a node runs: INPUT is what the command line says. */
int lm_exit_of_asking(limn_code code);

/* "FILE: node 7 (KSampler), steps: the sentence" on stderr; `label` may be NULL. */
void lm_print_error(const char *label, const limn_error *err);

/* The workflow that the command line names, with --set and --seed applied; what could not be taken over from a
 * picture is said on stderr, a line each.                                                        [new] */
struct lm_workflow *lm_session_workflow(const lm_session *s, const lm_args *a, limn_error *err);

/* The same, and a canvas's file is given to `convert` first: somebody else may know its nodes better. NULL: it is
 * converted here.                                                                                [new] */
typedef struct lm_workflow *lm_convert_fn(void *self, const char *text, size_t size);
struct lm_workflow *lm_session_workflow_by(const lm_session *s, const lm_args *a, lm_convert_fn *convert, void *self,
                                           limn_error *err);
/* Lines of notes about a file, on stderr. */
void lm_print_notes(const char *path, const char *notes);

/* Makes every seed that is not linked one larger; how many there were, or -1 and *err. */
int lm_session_next_seeds(const lm_session *s, struct lm_workflow *w, limn_error *err);

/* read_whole.c: the whole of a file ("-": stdin), at most `most` bytes. NULL with FILE.                        [new] */
char *lm_read_whole(const char *path, size_t most, size_t *size, limn_error *err);
/* write_whole.c: the file appears whole: it is written beside its place, as PATH.new, first. FILE. */
bool lm_write_whole(const char *path, const lm_text *text, limn_error *err);

#endif
