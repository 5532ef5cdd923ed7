// What the server counts about itself, in one constant table (metrics.c), rendered for Prometheus.
#pragma once

#include "shared/base/buf.h"

#include <stdint.h>

enum metric {
    METRIC_HTTP_2XX, // responses by class
    METRIC_HTTP_4XX,
    METRIC_HTTP_5XX,
    METRIC_HTTP_CONNECTIONS, // gauge
    METRIC_HTTP_LIMITED,     // refused by a rate limit
    METRIC_SYNC_CONNECTIONS, // gauge
    METRIC_SYNC_FRAMES_OUT,
    METRIC_SYNC_BYTES_OUT,
    METRIC_SYNC_RESETS,
    METRIC_OPS_CHANGED, // operations committed
    METRIC_OPS_QUERIED,
    METRIC_OPS_REFUSED,  // answered with an error of the caller
    METRIC_OPS_FAILED,   // answered with an error of ours
    METRIC_OPS_REPLAYED, // answered from the stored result of an earlier try
    METRIC_QUEUE_FULL,
    METRIC_QUEUE_WRITER,  // gauge
    METRIC_QUEUE_READERS, // gauge
    METRIC_QUEUE_SLOW,    // gauge
    METRIC_COMMITS,
    METRIC_COMMITS_FAILED,
    METRIC_COMMIT_SECONDS, // histogram: one group commit, from its first operation to durable
    METRIC_OP_SECONDS,     // histogram: from received to answered
    METRIC_CHECKPOINTS,
    METRIC_JOBS_DONE,
    METRIC_JOBS_RETRIED,
    METRIC_JOBS_DEAD,
    METRIC_MAILS_SENT,
    METRIC_COUNT,
};

struct metrics;

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *metrics);
// All thread safe; metrics may be NULL.
void metrics_add(struct metrics *metrics, enum metric metric, int64_t amount);
void metrics_set(struct metrics *metrics, enum metric metric, int64_t value);
void metrics_observe_us(struct metrics *metrics, enum metric metric, int64_t microseconds);
int64_t metrics_get(const struct metrics *metrics,
                    enum metric metric); // of a histogram: how many observations
void metrics_write(const struct metrics *metrics, struct buf *out);
