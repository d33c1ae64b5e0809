/* python_float.h: weights in prompts are numbers as Python reads them: blanks around them, underscores between
 * digits, digits of any script, inf and nan. */
#ifndef LM_NODES_MODELS_PYTHON_FLOAT_H
#define LM_NODES_MODELS_PYTHON_FLOAT_H

#include <stdbool.h>
#include <stddef.h>

/* The number in s[0..n); false when float() would refuse it. */
bool lm_python_float(const char *s, size_t n, double *out);

#endif
