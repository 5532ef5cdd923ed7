// One change to everyone who is connected:
//
//   bench_fanout PORT CLIENTS ROUNDS TOKEN METHOD PATH PID
//
// CLIENTS websockets say hello (as devices of the token's person) and follow from the newest change on. Then ROUNDS
// requests are made, whose body is the line of standard input with %ld replaced by a number, and for each it is
// measured when every client has the whole frame: from before the request was sent. PID is the server's, for its memory before and after the clients came. Prints one JSON object.
#include "tests/bench/sample.h"
#include "tests/bench/socket.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct client {
    int fd;
    struct inbox inbox;
    bool has_change; // of the running round
};

struct bench {
    int port, poller, rest;
    const char *token, *method, *path;
    char body[1024];
    char epoch[128];
    int64_t head;
    struct client *clients;
    size_t count, waiting;
    struct sample from_send, last_from_send;
};

static void dial(struct bench *bench, struct client *client)
{
    client->fd = bench_connect(bench->port);
    static const char request[] = "GET /sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Protocol: serenity-sync.1\r\n"
                                  "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n\r\n";
    bench_send(client->fd, request, sizeof request - 1);
    char *end = NULL;
    while (client->inbox.len == 0 || (end = strstr(client->inbox.data, "\r\n\r\n")) == NULL)
        if (!inbox_read(&client->inbox, client->fd))
            bench_fail("the server closed instead of upgrading");
    if (strncmp(client->inbox.data, "HTTP/1.1 101", 12) != 0)
        bench_fail("no upgrade: %s", client->inbox.data);
    inbox_drop(&client->inbox, (size_t)(end - client->inbox.data) + 4);
}

// A masked text frame; the mask is zero, which leaves the text as it is.
static void send_text(int fd, const char *text)
{
    size_t size = strlen(text);
    char head[8] = { (char)0x81, (char)(0x80 | 126), (char)(size >> 8), (char)(size & 0xff) };
    bench_send(fd, head, sizeof head);
    bench_send(fd, text, size);
}

// Size of the whole frame at the front of the inbox, 0 when it is not all there; where its payload is.
static size_t frame_at(const struct inbox *inbox, const char **ret_payload, size_t *ret_size)
{
    const unsigned char *p = (const unsigned char *)inbox->data;
    if (inbox->len < 2)
        return 0;
    size_t size = p[1] & 0x7f, head = size == 126 ? 4 : size == 127 ? 10 : 2;
    if (inbox->len < head)
        return 0;
    if (head > 2) {
        size = 0;
        for (size_t i = 2; i < head; i++)
            size = size << 8 | p[i];
    }
    if (inbox->len < head + size)
        return 0;
    *ret_payload = inbox->data + head;
    *ret_size = size;
    return head + size;
}

static bool is_type(const char *payload, size_t size, const char *type)
{
    char wanted[32];
    int length = snprintf(wanted, sizeof wanted, "\"t\":\"%s\"", type);
    return memmem(payload, size < 64 ? size : 64, wanted, (size_t)length) != NULL;
}

// Waits for a text frame of that type and copies its payload.
static void wait_frame(struct client *client, const char *type, char *ret, size_t room)
{
    for (;;) {
        const char *payload = NULL;
        size_t size = 0, whole = 0;
        while ((whole = frame_at(&client->inbox, &payload, &size)) == 0)
            if (!inbox_read(&client->inbox, client->fd))
                bench_fail("the server closed while %s was awaited", type);
        bool found = is_type(payload, size, type);
        if (is_type(payload, size, "err") || is_type(payload, size, "bye"))
            bench_fail("the server says %.*s", (int)size, payload);
        if (found)
            snprintf(ret, room, "%.*s", (int)size, payload);
        inbox_drop(&client->inbox, whole);
        if (found)
            return;
    }
}

static void say_hello(struct bench *bench, struct client *client, size_t number)
{
    char hello[4096], welcome[4096];
    snprintf(hello, sizeof hello,
             "{\"t\":\"hello\",\"protocol\":1,\"schema\":1,\"device\":\"bench-%zu\",\"token\":\"%s\","
             "\"epoch\":\"%s\",\"cursor\":%ld,\"nextOp\":1}",
             number, bench->token, bench->epoch, (long)bench->head);
    send_text(client->fd, hello);
    wait_frame(client, "welcome", welcome, sizeof welcome);
    const char *epoch = strstr(welcome, "\"epoch\":\""), *head = strstr(welcome, "\"head\":");
    if (epoch == NULL || head == NULL)
        bench_fail("a welcome without epoch or head: %s", welcome);
    snprintf(bench->epoch, sizeof bench->epoch, "%.*s", (int)strcspn(epoch + 9, "\""), epoch + 9);
    bench->head = strtol(head + 7, NULL, 10);
}

// The first hello has an empty cache and tells the epoch; all the others follow from there.
static void learn_epoch(struct bench *bench)
{
    struct client first = { 0 };
    dial(bench, &first);
    say_hello(bench, &first, bench->count);
    close(first.fd);
    inbox_free(&first.inbox);
}

static void connect_all(struct bench *bench)
{
    bench->clients = calloc(bench->count, sizeof *bench->clients);
    if (bench->clients == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < bench->count; i++) {
        struct client *client = &bench->clients[i];
        dial(bench, client);
        say_hello(bench, client, i);
        bench_nonblocking(client->fd);
        epoll_ctl(bench->poller, EPOLL_CTL_ADD, client->fd,
                  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = client });
    }
}

static void post(struct bench *bench, long number)
{
    char body[1200], request[8192];
    const char *mark = strstr(bench->body, "%ld");
    int before = mark == NULL ? (int)strlen(bench->body) : (int)(mark - bench->body);
    snprintf(body, sizeof body, "%.*s%ld%s", before, bench->body, number, mark == NULL ? "" : mark + 3);
    int size = snprintf(request, sizeof request,
                        "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        bench->method, bench->path, bench->token, strlen(body), body);
    bench_send(bench->rest, request, (size_t)size);
}

static void take_answer(struct bench *bench, struct inbox *inbox, bool *ret_answered)
{
    int status = 0;
    if (!inbox_read(inbox, bench->rest))
        bench_fail("the server closed the connection");
    size_t size = inbox_response(inbox, &status);
    if (size == 0)
        return;
    if (status / 100 != 2)
        bench_fail("%s %s answers %s", bench->method, bench->path, inbox->data);
    *ret_answered = true;
    inbox_drop(inbox, size);
}

static void take_frames(struct bench *bench, struct client *client, struct sample *arrivals)
{
    if (!inbox_read(&client->inbox, client->fd))
        bench_fail("the server closed a client");
    const char *payload = NULL;
    size_t size = 0, whole = 0;
    while ((whole = frame_at(&client->inbox, &payload, &size)) > 0) {
        if (is_type(payload, size, "chg") && !client->has_change) {
            client->has_change = true;
            bench->waiting--;
            sample_add(arrivals, bench_now_us());
        }
        inbox_drop(&client->inbox, whole);
    }
}

static void run_round(struct bench *bench, struct inbox *inbox, long number)
{
    struct sample arrivals = { 0 };
    bench->waiting = bench->count;
    for (size_t i = 0; i < bench->count; i++)
        bench->clients[i].has_change = false;
    bool answered = false;
    int64_t sent = bench_now_us();
    post(bench, number);
    while (bench->waiting > 0 || !answered) {
        struct epoll_event events[256];
        int ready = epoll_wait(bench->poller, events, 256, 10000);
        if (ready <= 0)
            bench_fail("%zu clients have nothing after 10 s", bench->waiting);
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr == NULL)
                take_answer(bench, inbox, &answered);
            else
                take_frames(bench, events[i].data.ptr, &arrivals);
    }
    for (size_t i = 0; i < arrivals.count; i++)
        sample_add(&bench->from_send, arrivals.values[i] - sent);
    sample_add(&bench->last_from_send, arrivals.values[arrivals.count - 1] - sent);
    sample_free(&arrivals);
}

static long memory_kb(const char *pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "re");
    long kb = 0;
    while (file != NULL && kb == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (file == NULL)
        bench_fail("no process %s", pid);
    fclose(file);
    return kb;
}

static double ms(struct sample *sample, double share)
{
    return (double)sample_at(sample, share) / 1e3;
}

int main(int argc, char **argv)
{
    if (argc != 8)
        bench_fail("usage: bench_fanout PORT CLIENTS ROUNDS TOKEN METHOD PATH PID < body");
    struct bench bench = { .port = atoi(argv[1]),
                           .count = strtoul(argv[2], NULL, 10),
                           .token = argv[4],
                           .method = argv[5],
                           .path = argv[6] };
    if (fgets(bench.body, sizeof bench.body, stdin) == NULL)
        bench_fail("no body on standard input");
    bench.body[strcspn(bench.body, "\n")] = '\0';
    bench.poller = epoll_create1(EPOLL_CLOEXEC);
    learn_epoch(&bench);
    long before = memory_kb(argv[7]);
    connect_all(&bench);
    long after = memory_kb(argv[7]);

    struct inbox inbox = { 0 };
    bench.rest = bench_connect(bench.port);
    bench_nonblocking(bench.rest);
    epoll_ctl(bench.poller, EPOLL_CTL_ADD, bench.rest, &(struct epoll_event){ .events = EPOLLIN });
    for (long i = 0; i < strtol(argv[3], NULL, 10); i++) {
        run_round(&bench, &inbox, i);
        poll(NULL, 0, 50); // apart, so that each is a first change and not part of a burst
    }
    printf("{\"clients\": %zu, \"fromSendMedian\": %.3f, \"fromSendP99\": %.3f, \"lastMedian\": %.3f, "
           "\"kbPerClient\": %.2f, \"serverKb\": %ld}\n",
           bench.count, ms(&bench.from_send, 0.5), ms(&bench.from_send, 0.99), ms(&bench.last_from_send, 0.5),
           (double)(after - before) / (double)bench.count, after);
    return 0;
}
