/* file_name.h: names of files as requests write them, and what errno means to who asked. */
#ifndef LM_WEB_SERVER_FILE_NAME_H
#define LM_WEB_SERVER_FILE_NAME_H

#include <stdbool.h>

#include "core/base/text.h"

/* Adds the name in its plain form: parts joined by one '/', without "."; an empty name is plain. Returns NULL, or
 * what is wrong ("is an absolute path", …): absolute, "..", backslashes, control characters, no UTF-8, too long. */
const char *lm_file_name(const char *raw, lm_text *out);

/* Is this part of a name not for requests? ".x" and "__x" are, but for ".index.json", which is the front end's. */
bool lm_file_part_hidden(const char *part);
/* Does a plain name have such a part? */
bool lm_file_name_hidden(const char *name);

/* The same of input, output and temp, where only ".x" is limn's own. */
bool lm_file_name_dotted(const char *name);

/* For lm_tree_each: is a part of a name told in a listing? What begins with a dot is not, and what is no UTF-8. */
bool lm_file_part_shown(const char *part);

/* Has a name one of these endings, whatever their case, and something in front of it? ".png", …; NULL ends them. */
bool lm_file_name_ends(const char *name, size_t n, const char *const *endings);

/* The status of an answer to who wanted to read, or to write, with a sentence. */
int lm_file_status(int why, bool writing, const char **words);

#endif
