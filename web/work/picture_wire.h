/* picture_wire.h: what travels between the server and the process that reads pictures outside jobs.
 *
 * Both are one program on one machine: an order and its answer are one packet each over a SOCK_SEQPACKET pair, a
 * struct as it lies in memory. An order brings descriptors along (SCM_RIGHTS), in this order: a memory file that
 * takes the result, the picture, and the mask where there is one. So the process opens nothing, and the server
 * copies nothing: it seals the memory file and maps it. The next order is sent when the last was answered.
 *
 * What comes from the process is a stranger's word, since a damaged picture may have taken it over: every field is
 * looked at (lm_picture_answer_ok), and the file's size is asked of the system. */
#ifndef LM_WEB_PICTURE_WIRE_H
#define LM_WEB_PICTURE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum lm_picture_want {
    LM_PICTURE_WEBP, LM_PICTURE_JPEG,          /* a preview, of this quality; */
    LM_PICTURE_RGB,                            /* a PNG without alpha; */
    LM_PICTURE_ALPHA,                          /* a PNG of black with the picture's alpha; */
    LM_PICTURE_MASK                            /* a PNG of the picture with the mask's alpha, and the picture's texts */
} lm_picture_want;

enum {
    LM_PICTURE_BOX = 16384,                    /* the largest that can be asked for */
    LM_PICTURE_FDS = 3,                        /* the most in a packet */
    LM_PICTURE_MOST_BYTES = 64 << 20           /* of a result */
};

typedef struct lm_picture_ask {
    uint64_t number;
    uint64_t size, mask_size;                  /* bytes of the files */
    int32_t  want, quality, side, flat, mask;  /* pictures.h; mask: there is one */
    int32_t  width, height;                    /* pictures.h */
    int32_t  zero;
} lm_picture_ask;

typedef struct lm_picture_answer {
    uint64_t number;                           /* the order's */
    int32_t  status;                           /* 200, or 400, 413, 415 with words */
    char     words[500];                       /* a sentence */
} lm_picture_answer;

bool lm_picture_ask_ok(const lm_picture_ask *a, size_t size, int n_fds);
/* Ends the words and clears them of control characters. */
bool lm_picture_answer_ok(lm_picture_answer *a, size_t size);

/* One packet. False: errno. */
bool lm_picture_send(int socket, const void *bytes, size_t n, const int *fds, int n_fds);
/* What came, or -1 with errno; 0: the other side is gone. A packet that is too long, or has more descriptors than
 * fit, is EBADMSG. Descriptors are closed on exec, and the caller's.                                    [new] */
ssize_t lm_picture_receive(int socket, void *bytes, size_t room, int fds[LM_PICTURE_FDS], int *n_fds);

#endif
