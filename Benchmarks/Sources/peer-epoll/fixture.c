/* The limit of a test: server and client on one thread, so that nobody has to be woken. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hello.h"
#include "net.h"
#include "peer.h"

static bool answer(int server) {
    char question[HELLO_BYTES];
    return net_receive_all(server, question, HELLO_BYTES) &&
           memcmp(question, HELLO_QUESTION, HELLO_BYTES) == 0 &&
           net_send_all(server, HELLO_ANSWER, HELLO_BYTES);
}

/* All that the other side must have sent has arrived when each call is made: loopback delivers
 * within the sender's send(). Nothing here blocks. */
static bool test(void *context) {
    (void)context;
    int listener = net_listen(0, false, NET_BACKLOG);
    int client = net_dial(net_port(listener));
    bool asked = net_send_all(client, HELLO_QUESTION, HELLO_BYTES);
    int server = net_accept(listener);
    bool answered = asked && server >= 0 && answer(server);
    char reply[HELLO_BYTES];
    bool right = answered && net_receive_all(client, reply, HELLO_BYTES) &&
                 memcmp(reply, HELLO_ANSWER, HELLO_BYTES) == 0;
    close(client);
    char rest;
    bool ended = right && recv(server, &rest, 1, 0) == 0;
    close(server);
    close(listener);
    return ended;
}

int run_fixture(int argc, char **argv) {
    return hello_run(argc, argv, test, NULL);
}
