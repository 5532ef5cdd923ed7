#include "server/jobs/housekeeping.h"

#include "server/core/change_log.h"
#include "server/core/results.h"
#include "server/jobs/daily.h"
#include "shared/base/civil.h"
#include "shared/domain/notes.h"

enum {
    KEEP_RESULTS_DAYS = 90,
    KEEP_JOBS_DAYS = 30,
    KEEP_EVERY_CHANGE_DAYS = 30,
    KEEP_LAST_CHANGE_DAYS = 180,
    ROWS_AT_ONCE = 2000, // the writer has others waiting
    CHANGES_AT_ONCE = 500,
};

static bool forget_results(struct op_ctx *ctx, int64_t *ret_count)
{
    return db_run(ctx->db,
                  "DELETE FROM request_result WHERE (scope, key) IN "
                  "(SELECT scope, key FROM request_result WHERE at < $1 ORDER BY at LIMIT $2)",
                  DB_ARGS(db_int(ctx->now - KEEP_RESULTS_DAYS * (int64_t)DAY_MS), db_int(ROWS_AT_ONCE)),
                  ret_count, ctx->err);
}

static bool forget_jobs(struct op_ctx *ctx, int64_t *ret_count)
{
    return db_run(ctx->db,
                  "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state IN ('done', 'skipped') "
                  "AND finished_at < $1 LIMIT $2)",
                  DB_ARGS(db_int(ctx->now - KEEP_JOBS_DAYS * (int64_t)DAY_MS), db_int(ROWS_AT_ONCE)),
                  ret_count, ctx->err);
}

static bool age_changes(struct op_ctx *ctx, bool *ret_more)
{
    int64_t collapsed = 0, forgotten = 0;
    if (!change_log_collapse(ctx, ctx->now - KEEP_EVERY_CHANGE_DAYS * (int64_t)DAY_MS, CHANGES_AT_ONCE,
                             &collapsed) ||
        !change_log_forget(ctx, ctx->now - KEEP_LAST_CHANGE_DAYS * (int64_t)DAY_MS, CHANGES_AT_ONCE,
                           &forgotten))
        return false;
    *ret_more = collapsed > 0 || forgotten > 0;
    return true;
}

static bool tidy(struct op_ctx *ctx, const struct job *job)
{
    (void)job;
    int64_t results = 0, words = 0, jobs = 0;
    bool more_changes = false;
    if (!forget_results(ctx, &results) ||
        !results_forget_words(ctx, note_purge_before(ctx->now), ROWS_AT_ONCE, &words) ||
        !forget_jobs(ctx, &jobs) || !age_changes(ctx, &more_changes))
        return false;
    bool more = results >= ROWS_AT_ONCE || words >= ROWS_AT_ONCE || jobs >= ROWS_AT_ONCE || more_changes;
    return daily_again(ctx, &job_housekeeping, more);
}

const struct job_kind job_housekeeping = { .name = "core.housekeeping", .finish = tidy };
