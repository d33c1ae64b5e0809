/* shelf_order.h: in which order pictures stand, and where a page of them ended. Pure functions. */
#ifndef LM_WEB_SERVER_SHELF_ORDER_H
#define LM_WEB_SERVER_SHELF_ORDER_H

#include "core/base/tree.h"

typedef enum lm_shelf_order { LM_SHELF_NEWEST, LM_SHELF_OLDEST, LM_SHELF_NAME, LM_SHELF_LARGEST, LM_SHELF_ORDERS } lm_shelf_order;

/* "newest", "oldest", "name", "largest"; NULL is newest. False: there is no such order. */
bool lm_shelf_order_read(const char *text, lm_shelf_order *out);

/* Two pointers to pointers to entries, for qsort. No two names are alike, so no two entries are. By name: what lies in a
 * folder stands together, in front of the folders in it; numbers count as numbers, letters whatever their case. */
typedef int lm_shelf_compare(const void *a, const void *b);
lm_shelf_compare *lm_shelf_compare_of(lm_shelf_order order);

/* "n1732240000123:sub/name.png": an entry, as far as its order looks at it. False: none of this order; the name is
 * lent out of the text. */
bool  lm_shelf_cursor_read(lm_shelf_order order, const char *text, lm_tree_entry *out);
char *lm_shelf_cursor(lm_shelf_order order, const char *name, int64_t modified_ms, uint64_t bytes); /* [new] */

#endif
