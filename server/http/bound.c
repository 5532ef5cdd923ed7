#include "server/http/bound.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { FDS_LOOKED_AT = 1024 }; // those opened at the start, before anybody connects

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t size = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_UNIX)
        return true;
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return address->ss_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

bool bound_to_loopback_alone(struct err *err)
{
    int count = 0;
    for (int fd = 0; fd < FDS_LOOKED_AT; fd++) {
        struct sockaddr_storage address = { 0 };
        socklen_t size = sizeof address;
        if (!is_listening(fd))
            continue;
        if (getsockname(fd, (struct sockaddr *)&address, &size) != 0 || !is_loopback(&address))
            return err_set(
                err, ERR_INTERNAL,
                "Would listen beyond loopback: libwebsockets bound another address than it was told "
                "(does a sandbox keep netlink sockets from it?).");
        count++;
    }
    return count > 0 || err_set(err, ERR_INTERNAL, "Nothing is listened at.");
}
