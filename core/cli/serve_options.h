/* serve_options.h: what the command line of `limn serve` says, as the server understands it. */
#ifndef LM_CLI_SERVE_OPTIONS_H
#define LM_CLI_SERVE_OPTIONS_H

#include "core/cli/command.h"
#include "core/cli/models_config.h"
#include "core/cli/words.h"
#include "web/server/server.h"

typedef struct lm_serving {
    lm_server_options o; /* lends from what follows, and from the arguments */
    lm_words          listen, hosts, work, check, pictures, argv;
    lm_models_config  models;
    char             *token, *temp, *share;
} lm_serving;

extern const lm_option lm_serve_options[];

/* False with *err, or with its code OK when a line on stderr has said it already. `self` is this program's path. Notes
 * go to stderr. `s` is done in either case. */
bool lm_serving_read(lm_serving *s, const lm_args *a, const char *self, limn_error *err);
void lm_serving_done(lm_serving *s);

/* serve_listen.c: --listen's addresses, --allowed-host's names and --enable-cors-header's origin, tried by the letter; and
 * whether strangers may come, which needs --auth-token-file or --insecure-listen. s->token is read already. */
bool lm_serving_listen(lm_serving *s, const lm_args *a, limn_error *err);

/* serve_share.c: --share's folder, where links lead to; INPUT when it is none, or when what is written by routes lies in it
 * or around it. s->o's folders are settled already. */
bool lm_serving_share(lm_serving *s, const lm_args *a, limn_error *err);

/* serve_programs.c: the programs to start, with the options that concern them; our own words as others may see them. */
void lm_serving_programs(lm_serving *s, const lm_args *a, const char *self);

#endif
