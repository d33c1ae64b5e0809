/* userdata.h: what the files of /userdata share. */
#ifndef LM_WEB_SERVER_USERDATA_H
#define LM_WEB_SERVER_USERDATA_H

#include "core/base/tree.h"
#include "web/server/users.h"

/* Adds a name of a request in its plain form; 0, or the status to refuse with and a sentence. */
int lm_user_name(const char *raw, lm_text *out, const char **words);

/* Is a member of the query "true"? */
bool lm_user_says_yes(lm_request *rq, const char *name);

/* {"path", "size", "modified", "created"}, times in ms. */
void lm_user_file_info(const char *name, const lm_tree_entry *there, lm_text *out);

/* userdata_list.c: GET /userdata and /v2/userdata. */
void lm_user_list(lm_request *rq, void *self);
void lm_user_list_all(lm_request *rq, void *self);

#endif
