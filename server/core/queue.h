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
    size_t wanted;  // a taker sleeps until there are so many
    bool closed;
};

struct patience {   // how long to wait for what
    int timeout_ms; // for the first item; -1: for ever
    size_t wanted;  // once there is one: for so many
    int more_us;    // but not longer than this
};

void queue_init(struct queue *queue, size_t limit);
void queue_free(struct queue *queue);
// False when it is full or closed.
bool queue_push(struct queue *queue, struct work work);
// Waits for work; takes up to max. 0: closed and empty, or the timeout passed.
size_t queue_take(struct queue *queue, struct work *ret, size_t max, struct patience patience);
// Reports `count` taken items done.
void queue_done(struct queue *queue, size_t count);
// No more comes in; takers get what is left, then 0.
void queue_close(struct queue *queue);
bool queue_idle(struct queue *queue);
size_t queue_length(struct queue *queue);
bool queue_closed(struct queue *queue);
