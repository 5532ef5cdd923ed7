#include "server/core/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum metric_kind { COUNTER, GAUGE, HISTOGRAM };

static const struct {
    const char *name;
    const char *label; // "class=\"2xx\"", or NULL
    enum metric_kind kind;
    const char *help; // NULL: the same family as the row before
} table[METRIC_COUNT] = {
    [METRIC_HTTP_2XX] = { "serenity_http_responses_total", "class=\"2xx\"", COUNTER, "HTTP responses" },
    [METRIC_HTTP_4XX] = { "serenity_http_responses_total", "class=\"4xx\"", COUNTER, NULL },
    [METRIC_HTTP_5XX] = { "serenity_http_responses_total", "class=\"5xx\"", COUNTER, NULL },
    [METRIC_HTTP_CONNECTIONS] = { "serenity_http_connections", NULL, GAUGE, "Open HTTP connections" },
    [METRIC_HTTP_LIMITED] = { "serenity_http_limited_total", NULL, COUNTER,
                              "Requests refused by a rate limit" },
    [METRIC_SYNC_CONNECTIONS] = { "serenity_sync_connections", NULL, GAUGE, "Open sync sessions" },
    [METRIC_SYNC_FRAMES_OUT] = { "serenity_sync_frames_out_total", NULL, COUNTER, "Sync frames sent" },
    [METRIC_SYNC_BYTES_OUT] = { "serenity_sync_bytes_out_total", NULL, COUNTER, "Sync bytes sent" },
    [METRIC_SYNC_RESETS] = { "serenity_sync_resets_total", NULL, COUNTER,
                             "Sync sessions told to start anew" },
    [METRIC_OPS_CHANGED] = { "serenity_operations_total", "result=\"changed\"", COUNTER,
                             "Operations answered" },
    [METRIC_OPS_QUERIED] = { "serenity_operations_total", "result=\"queried\"", COUNTER, NULL },
    [METRIC_OPS_REFUSED] = { "serenity_operations_total", "result=\"refused\"", COUNTER, NULL },
    [METRIC_OPS_FAILED] = { "serenity_operations_total", "result=\"failed\"", COUNTER, NULL },
    [METRIC_OPS_REPLAYED] = { "serenity_operations_total", "result=\"replayed\"", COUNTER, NULL },
    [METRIC_QUEUE_FULL] = { "serenity_queue_full_total", NULL, COUNTER, "Requests refused by a full queue" },
    [METRIC_QUEUE_WRITER] = { "serenity_queue", "thread=\"writer\"", GAUGE,
                              "Requests that wait for a thread" },
    [METRIC_QUEUE_READERS] = { "serenity_queue", "thread=\"readers\"", GAUGE, NULL },
    [METRIC_QUEUE_SLOW] = { "serenity_queue", "thread=\"slow\"", GAUGE, NULL },
    [METRIC_COMMITS] = { "serenity_commits_total", NULL, COUNTER, "Group commits" },
    [METRIC_COMMITS_FAILED] = { "serenity_commits_failed_total", NULL, COUNTER, "Group commits that failed" },
    [METRIC_COMMIT_SECONDS] = { "serenity_commit_seconds", NULL, HISTOGRAM, "Time of one group commit" },
    [METRIC_OP_SECONDS] = { "serenity_operation_seconds", NULL, HISTOGRAM, "Time from received to answered" },
    [METRIC_CHECKPOINTS] = { "serenity_checkpoints_total", NULL, COUNTER, "Times the log was folded in" },
    [METRIC_JOBS_DONE] = { "serenity_jobs_total", "result=\"done\"", COUNTER, "Jobs run" },
    [METRIC_JOBS_RETRIED] = { "serenity_jobs_total", "result=\"retried\"", COUNTER, NULL },
    [METRIC_JOBS_DEAD] = { "serenity_jobs_total", "result=\"dead\"", COUNTER, NULL },
    [METRIC_MAILS_SENT] = { "serenity_mails_sent_total", NULL, COUNTER, "Mails handed over" },
};

static const int64_t bounds_us[] = { 100,   250,   500,    1000,   2500,   5000,    10000,
                                     25000, 50000, 100000, 250000, 500000, 1000000, 5000000 };

enum { BUCKETS = ARRAY_LEN(bounds_us) };

struct series {
    _Atomic int64_t value; // of a histogram: the count
    _Atomic int64_t sum_us;
    _Atomic int64_t buckets[BUCKETS];
};

struct metrics {
    struct series series[METRIC_COUNT];
};

struct metrics *metrics_create(void)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    CHECK(metrics != NULL);
    return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
    free(metrics);
}

static void add(_Atomic int64_t *value, int64_t amount)
{
    atomic_fetch_add_explicit(value, amount, memory_order_relaxed);
}

static int64_t get(const _Atomic int64_t *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

void metrics_add(struct metrics *metrics, enum metric metric, int64_t amount)
{
    if (metrics != NULL)
        add(&metrics->series[metric].value, amount);
}

void metrics_set(struct metrics *metrics, enum metric metric, int64_t value)
{
    if (metrics != NULL)
        atomic_store_explicit(&metrics->series[metric].value, value, memory_order_relaxed);
}

void metrics_observe_us(struct metrics *metrics, enum metric metric, int64_t microseconds)
{
    if (metrics == NULL)
        return;
    struct series *series = &metrics->series[metric];
    add(&series->value, 1);
    add(&series->sum_us, microseconds);
    for (size_t i = 0; i < BUCKETS; i++)
        if (microseconds <= bounds_us[i]) {
            add(&series->buckets[i], 1);
            break;
        }
}

int64_t metrics_get(const struct metrics *metrics, enum metric metric)
{
    return metrics == NULL ? 0 : get(&metrics->series[metric].value);
}

static void write_histogram(const char *name, const struct series *series, struct buf *out)
{
    int64_t below = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        below += get(&series->buckets[i]);
        buf_addf(out, "%s_bucket{le=\"%g\"} %" PRId64 "\n", name, (double)bounds_us[i] / 1e6, below);
    }
    int64_t count = get(&series->value);
    buf_addf(out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n", name, count);
    buf_addf(out, "%s_sum %.6f\n%s_count %" PRId64 "\n", name, (double)get(&series->sum_us) / 1e6, name,
             count);
}

void metrics_write(const struct metrics *metrics, struct buf *out)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const char *name = table[i].name;
        if (table[i].help != NULL)
            buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, table[i].help, name, kinds[table[i].kind]);
        if (table[i].kind == HISTOGRAM)
            write_histogram(name, &metrics->series[i], out);
        else if (table[i].label != NULL)
            buf_addf(out, "%s{%s} %" PRId64 "\n", name, table[i].label, get(&metrics->series[i].value));
        else
            buf_addf(out, "%s %" PRId64 "\n", name, get(&metrics->series[i].value));
    }
}
