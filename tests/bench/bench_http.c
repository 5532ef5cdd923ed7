// Requests over kept connections, each connection sending its next request when its last was answered:
//
//   bench_http PORT CONNECTIONS REQUESTS < requests
//
// A line of input is METHOD, path, bearer token ("-" for none) and JSON body ("-" for none), separated by tabs.
// REQUESTS 0 sends every line once; otherwise lines are repeated in turn until that many were sent. Prints one JSON
// object: answers a second, how many were not 2xx (and the first of those), latencies in milliseconds.
#include "tests/bench/sample.h"
#include "tests/bench/socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct request {
    char *text;
    size_t size;
};

struct plan {
    struct request *requests;
    size_t count, cap;
    size_t total, sent, answered, failed;
    char first_failure[512];
    struct sample latency;
};

struct link {
    int fd;
    struct inbox inbox;
    int64_t sent_at;
};

static void add_request(struct plan *plan, char *line)
{
    char *rest = line;
    const char *method = strsep(&rest, "\t"), *path = strsep(&rest, "\t"), *token = strsep(&rest, "\t");
    const char *body = rest;
    if (body == NULL)
        bench_fail("a line needs method, path, token and body: %s", line);
    if (strcmp(body, "-") == 0)
        body = "";
    char authorization[4096] = "";
    if (strcmp(token, "-") != 0)
        snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", token);
    if (plan->count == plan->cap) {
        plan->cap = plan->cap == 0 ? 1024 : plan->cap * 2;
        plan->requests = realloc(plan->requests, plan->cap * sizeof *plan->requests);
    }
    char *text = NULL;
    int size =
        *body == '\0' && strcmp(method, "GET") == 0
            ? asprintf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, path, authorization)
            : asprintf(&text,
                       "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       method, path, authorization, strlen(body), body);
    if (plan->requests == NULL || size < 0)
        bench_fail("out of memory");
    plan->requests[plan->count++] = (struct request){ text, (size_t)size };
}

static void read_plan(struct plan *plan, size_t total)
{
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t length; (length = getline(&line, &cap, stdin)) > 0;) {
        line[strcspn(line, "\n")] = '\0';
        add_request(plan, line);
    }
    free(line);
    if (plan->count == 0)
        bench_fail("no requests");
    plan->total = total == 0 ? plan->count : total;
}

static void send_next(struct plan *plan, struct link *link)
{
    if (plan->sent == plan->total)
        return;
    const struct request *request = &plan->requests[plan->sent++ % plan->count];
    link->sent_at = bench_now_us();
    bench_send(link->fd, request->text, request->size);
}

static void take_answer(struct plan *plan, struct link *link)
{
    int status = 0;
    size_t size = inbox_response(&link->inbox, &status);
    if (size == 0)
        return;
    sample_add(&plan->latency, bench_now_us() - link->sent_at);
    if (status / 100 != 2 && plan->failed++ == 0)
        snprintf(plan->first_failure, sizeof plan->first_failure, "%.*s", (int)size, link->inbox.data);
    plan->answered++;
    inbox_drop(&link->inbox, size);
    send_next(plan, link);
}

static void run(struct plan *plan, int port, int connections)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct link *links = calloc((size_t)connections, sizeof *links);
    if (links == NULL)
        bench_fail("out of memory");
    for (int i = 0; i < connections; i++) {
        links[i].fd = bench_connect(port);
        bench_nonblocking(links[i].fd);
        epoll_ctl(poller, EPOLL_CTL_ADD, links[i].fd,
                  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = &links[i] });
    }
    for (int i = 0; i < connections; i++)
        send_next(plan, &links[i]);
    while (plan->answered < plan->total) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, 30000);
        if (ready <= 0)
            bench_fail("no answer for 30 s after %zu of %zu", plan->answered, plan->total);
        for (int i = 0; i < ready; i++) {
            struct link *link = events[i].data.ptr;
            if (!inbox_read(&link->inbox, link->fd))
                bench_fail("the server closed a connection after %zu answers", plan->answered);
            take_answer(plan, link);
        }
    }
    for (int i = 0; i < connections; i++) {
        close(links[i].fd);
        inbox_free(&links[i].inbox);
    }
    free(links);
    close(poller);
}

static void print_json_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text >= 0x20)
            putchar(*text);
        else
            putchar(' ');
    putchar('"');
}

int main(int argc, char **argv)
{
    if (argc != 4)
        bench_fail("usage: bench_http PORT CONNECTIONS REQUESTS < requests");
    struct plan plan = { 0 };
    read_plan(&plan, strtoul(argv[3], NULL, 10));
    int64_t began = bench_now_us();
    run(&plan, atoi(argv[1]), atoi(argv[2]));
    double seconds = (double)(bench_now_us() - began) / 1e6;
    printf("{\"answers\": %zu, \"seconds\": %.3f, \"perSecond\": %.1f, \"failed\": %zu, \"median\": %.3f, "
           "\"p99\": %.3f, \"firstFailure\": ",
           plan.answered, seconds, (double)plan.answered / seconds, plan.failed,
           (double)sample_at(&plan.latency, 0.5) / 1e3, (double)sample_at(&plan.latency, 0.99) / 1e3);
    print_json_text(plan.first_failure);
    puts("}");
    sample_free(&plan.latency);
    for (size_t i = 0; i < plan.count; i++)
        free(plan.requests[i].text);
    free(plan.requests);
    return 0;
}
