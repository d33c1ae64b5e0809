/* work_pictures.h: limn work --pictures: pictures outside jobs, read where they can do no harm. */
#ifndef LM_CLI_WORK_PICTURES_H
#define LM_CLI_WORK_PICTURES_H

#include <stdint.h>

/* Answers orders (web/work/picture_wire.h) on a packet socket until the server goes; `memory`: bytes, the most it
 * takes. Gives the exit status. */
int lm_work_pictures(int socket, uint64_t memory);

#endif
