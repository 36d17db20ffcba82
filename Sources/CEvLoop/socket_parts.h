/* What socket.c, which binds and moves bytes, lends socket_door.c, which listens, and
 * socket_dial.c, which connects. */
#ifndef EVL_SOCKET_PARTS_H
#define EVL_SOCKET_PARTS_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "socket.h"

typedef union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
} any_address;

/* A non-blocking stream socket that exec(3) closes, or -1 with errno. */
int socket_open(const evl_address *address);

evl_status socket_encode(const evl_address *address, any_address *out, socklen_t *length);

socket_end socket_end_of(const any_address *address);

void socket_set_flag(int fd, int level, int option);
void socket_clear_flag(int fd, int level, int option);

#endif
