/* python.h: what Python's int(), float(), bool(), str() and repr() make of a JSON value. ComfyUI converts
 * the constants of a prompt with them and quotes their results and complaints to its clients.
 *
 * Digits and spaces are those of ASCII; Python would take other scripts' as well. */
#ifndef LM_GRAPH_PYTHON_H
#define LM_GRAPH_PYTHON_H

#include "core/graph/json.h"

/* An integer of any size; only those within 64 bits keep their digits. */
typedef struct lm_py_int {
    bool     negative, fits;
    uint64_t size; /* without the sign */
} lm_py_int;

/* On failure the text of the exception is appended to *complaint. */
bool lm_py_to_int(const lm_json *d, lm_json_ref v, lm_py_int *out, lm_text *complaint);
bool lm_py_to_float(const lm_json *d, lm_json_ref v, double *out, lm_text *complaint);
bool lm_py_to_bool(const lm_json *d, lm_json_ref v);

/* Appends str(value), or str(int(value)) for a value that lm_py_to_int takes. */
void lm_py_str(const lm_json *d, lm_json_ref v, lm_text *out);
void lm_py_int_str(const lm_json *d, lm_json_ref v, lm_text *out);

void lm_py_repr_text(const char *text, size_t size, lm_text *out); /* 'it' */
void lm_py_repr_float(double x, lm_text *out);                     /* 1e-05, 8.0, inf */

#endif
