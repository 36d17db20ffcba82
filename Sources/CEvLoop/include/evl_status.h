/* What a call of the core can answer. "More input needed" is never a status: see evl_frame_result.
 */
#ifndef EVL_STATUS_H
#define EVL_STATUS_H

typedef enum evl_status {
    EVL_OK = 0,
    EVL_NO_MEMORY,     /* an allocation failed; nothing was kept */
    EVL_SYSTEM,        /* a system call failed; its errno is handed out beside this */
    EVL_INVALID,       /* the arguments contradict the header's rules */
    EVL_PATH_TOO_LONG, /* a Unix-domain path does not fit sockaddr_un */
    EVL_BAD_ADDRESS    /* the text is not a numeric address of the family asked for */
} evl_status;

#endif
