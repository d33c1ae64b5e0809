/* upload.h: files and masks that clients bring. */
#ifndef LM_WEB_SERVER_UPLOAD_H
#define LM_WEB_SERVER_UPLOAD_H

#include "web/server/part.h"

extern const lm_part lm_upload_part;

#endif
