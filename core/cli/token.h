/* token.h: the secret that a server and its clients share, from a file that nobody else can read. */
#ifndef LM_CLI_TOKEN_H
#define LM_CLI_TOKEN_H

#include "core/cli/command.h"
#include <limn/limn.h>

/* For servers and clients alike. */
#define LM_TOKEN_OPTION "--auth-token-file"

/* Reads what --auth-token-file names; NULL with *err untouched when it was not given. FILE when the file is no regular
 * one, when its group or others may read or write it, or when what it holds (less the end of the line) is not 16 to 512
 * of the letters that a bearer token may have. Source: RFC 6750, token68.                            [new] */
char *lm_token_read(const lm_args *a, limn_error *err);
/* Wipes it first. */
void lm_token_free(char *token);

#endif
