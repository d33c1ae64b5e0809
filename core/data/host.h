/* host.h: what limn does for a node (limn_host of limn.h), in one table that every call carries.
 *
 * The table stands in core/graph/host.c, because half of its rows are the graph's (lists, blockers, expansion,
 * looking at the graph). The other half is here: host_values.c has what is not a function of value.h already,
 * host_tensor.c brings numbers to the host and back. */
#ifndef LM_DATA_HOST_H
#define LM_DATA_HOST_H

#include "core/data/call.h"
#include "core/data/value.h"

extern const limn_host lm_host; /* core/graph/host.c */

/* host_values.c. A plugin's kind of object is known by its address, and may be of an older size. */
void  lm_host_set_object(limn_value *v, const char *field, void *object, const limn_object_kind *kind);
void *lm_host_get_object(const limn_value *v, const char *field, const limn_object_kind *kind);
void lm_host_preview(limn_call *call, const uint8_t *rgb, int width, int height);
void lm_host_log(limn_call *call, limn_log_level level, const char *text);
bool lm_host_stopped(limn_call *call);
int  lm_host_open(limn_call *call, const char *folder, const char *name, limn_error *err);

/* host_tensor.c */
bool lm_host_read(limn_call *call, const limn_value *v, const char *field, limn_tensor *out, limn_error *err);
bool lm_host_make(limn_call *call, limn_value **v, const char *type, const char *field, limn_shape shape,
                  limn_tensor *out, limn_error *err);

#endif
