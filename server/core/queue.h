// A bounded first-in first-out queue between threads.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum work_kind { WORK_REQUEST, WORK_READ };

struct work {
    enum work_kind kind;
    void *item; // struct op_request or read_task
};

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct work *ring;
    size_t cap, head, count;
    size_t limit;   // of requests; reads are bounded by the number of sessions
    size_t running; // taken and not reported done
    bool closed;
};

void queue_init(struct queue *queue, size_t limit);
void queue_free(struct queue *queue);
// False when it is full or closed.
bool queue_push(struct queue *queue, struct work work);
// Waits for work; takes up to max. 0: closed and empty, or timeout_ms passed (-1: never).
size_t queue_take(struct queue *queue, struct work *ret, size_t max, int timeout_ms);
// Reports `count` taken items done.
void queue_done(struct queue *queue, size_t count);
// No more comes in; takers get what is left, then 0.
void queue_close(struct queue *queue);
bool queue_idle(struct queue *queue);
bool queue_closed(struct queue *queue);
