/* page.h: what a browser sees: a front end's folder, or a page that says where the API is. */
#ifndef LM_WEB_SERVER_PAGE_H
#define LM_WEB_SERVER_PAGE_H

#include "web/server/part.h"

extern const lm_part lm_page_part;

#endif
