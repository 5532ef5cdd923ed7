#include "tests/bench/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

int64_t bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int bench_connect(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        bench_fail("cannot connect to port %d: %s", port, strerror(errno));
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void bench_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void bench_send(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
            continue;
        }
        if (sent < 0)
            bench_fail("cannot send: %s", strerror(errno));
        data += sent;
        size -= (size_t)sent;
    }
}

void inbox_free(struct inbox *inbox)
{
    free(inbox->data);
    *inbox = (struct inbox){ 0 };
}

bool inbox_read(struct inbox *inbox, int fd)
{
    enum { ROOM = 16384 };
    if (inbox->cap - inbox->len < ROOM) {
        inbox->cap = inbox->len + 2 * ROOM;
        inbox->data = realloc(inbox->data, inbox->cap);
        if (inbox->data == NULL)
            bench_fail("out of memory");
    }
    ssize_t got = recv(fd, inbox->data + inbox->len, inbox->cap - inbox->len - 1, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got <= 0)
        return false;
    inbox->len += (size_t)got;
    inbox->data[inbox->len] = '\0';
    return true;
}

void inbox_drop(struct inbox *inbox, size_t size)
{
    inbox->len -= size;
    memmove(inbox->data, inbox->data + size, inbox->len + 1);
}

size_t inbox_response(const struct inbox *inbox, int *ret_status)
{
    if (inbox->len == 0)
        return 0;
    const char *end = strstr(inbox->data, "\r\n\r\n");
    if (end == NULL)
        return 0;
    size_t head = (size_t)(end - inbox->data) + 4;
    const char *length = strcasestr(inbox->data, "\r\ncontent-length:");
    size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
    if (inbox->len < head + body)
        return 0;
    *ret_status = atoi(inbox->data + strlen("HTTP/1.1 "));
    return head + body;
}
