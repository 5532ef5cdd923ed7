// Sockets for the load generators: they stop with a sentence when something fails, since a bench has nobody to tell.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

int64_t bench_now_us(void); // monotonic

// A connected TCP socket to 127.0.0.1, without Nagle's delay, still blocking.
int bench_connect(int port);
void bench_nonblocking(int fd);
void bench_send(int fd, const char *data, size_t size); // all of it, blocking or not

// The bytes received and not yet used.
struct inbox {
    char *data; // always terminated
    size_t len, cap;
};
void inbox_free(struct inbox *inbox);
// Reads once. False at the end of the stream.
bool inbox_read(struct inbox *inbox, int fd);
void inbox_drop(struct inbox *inbox, size_t size);
// Length of the whole HTTP response at the front (by Content-Length), 0 when it is not all there; its status.
size_t inbox_response(const struct inbox *inbox, int *ret_status);
