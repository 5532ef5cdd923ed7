#include "server/core/queue.h"

#include "shared/base/check.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

void queue_init(struct queue *queue, size_t limit)
{
    *queue = (struct queue){ .limit = limit };
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, &attributes);
    pthread_condattr_destroy(&attributes);
}

void queue_free(struct queue *queue)
{
    free(queue->ring);
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
}

static void grow(struct queue *queue)
{
    size_t cap = queue->cap == 0 ? 64 : queue->cap * 2;
    struct work *ring = malloc(cap * sizeof(*ring));
    CHECK(ring != NULL);
    for (size_t i = 0; i < queue->count; i++)
        ring[i] = queue->ring[(queue->head + i) % queue->cap];
    free(queue->ring);
    queue->ring = ring;
    queue->cap = cap;
    queue->head = 0;
}

bool queue_push(struct queue *queue, struct work work)
{
    pthread_mutex_lock(&queue->lock);
    bool fits = !queue->closed && (work.kind == WORK_READ || queue->count < queue->limit);
    if (fits) {
        if (queue->count == queue->cap)
            grow(queue);
        queue->ring[(queue->head + queue->count++) % queue->cap] = work;
        if (queue->count >= queue->wanted)
            pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return fits;
}

// Until there are `wanted`, the queue closes, or the time is over (us < 0: never).
static void wait_for(struct queue *queue, size_t wanted, int64_t us)
{
    struct timespec until;
    if (us == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + us % 1000000 * 1000;
    until.tv_sec += us / 1000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    queue->wanted = wanted;
    while (queue->count < wanted && !queue->closed) {
        if (us < 0)
            pthread_cond_wait(&queue->filled, &queue->lock);
        else if (pthread_cond_timedwait(&queue->filled, &queue->lock, &until) == ETIMEDOUT)
            break;
    }
    queue->wanted = 0;
}

size_t queue_take(struct queue *queue, struct work *ret, size_t max, struct patience patience)
{
    pthread_mutex_lock(&queue->lock);
    wait_for(queue, 1, patience.timeout_ms < 0 ? -1 : patience.timeout_ms * (int64_t)1000);
    if (queue->count > 0 && queue->count < patience.wanted)
        wait_for(queue, patience.wanted, patience.more_us);
    size_t taken = 0;
    while (taken < max && queue->count > 0) {
        ret[taken++] = queue->ring[queue->head];
        queue->head = (queue->head + 1) % queue->cap;
        queue->count--;
    }
    queue->running += taken;
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void queue_done(struct queue *queue, size_t count)
{
    pthread_mutex_lock(&queue->lock);
    queue->running -= count;
    pthread_mutex_unlock(&queue->lock);
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_idle(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool idle = queue->count == 0 && queue->running == 0;
    pthread_mutex_unlock(&queue->lock);
    return idle;
}

size_t queue_length(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

bool queue_closed(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool closed = queue->closed;
    pthread_mutex_unlock(&queue->lock);
    return closed;
}
