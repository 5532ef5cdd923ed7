#include "server/jobs/housekeeping.h"

#include "server/core/change_log.h"
#include "shared/base/civil.h"

#include <inttypes.h>

enum {
    KEEP_RESULTS_DAYS = 90,
    KEEP_JOBS_DAYS = 30,
    KEEP_EVERY_CHANGE_DAYS = 30,
    KEEP_LAST_CHANGE_DAYS = 180,
    ROWS_AT_ONCE = 2000, // the writer has others waiting
    CHANGES_AT_ONCE = 500,
    NEXT_BITE_MS = 2000,
};

static bool plan(struct op_ctx *ctx, int64_t at)
{
    const char *key = arena_printf(ctx->arena, "housekeeping:%" PRId64, at);
    return job_add(ctx, job_housekeeping.name, key, at, NULL);
}

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
    int64_t results = 0, jobs = 0;
    bool more_changes = false;
    if (!forget_results(ctx, &results) || !forget_jobs(ctx, &jobs) || !age_changes(ctx, &more_changes))
        return false;
    bool more = results >= ROWS_AT_ONCE || jobs >= ROWS_AT_ONCE || more_changes;
    return plan(ctx, more ? ctx->now + NEXT_BITE_MS : (ctx->now / DAY_MS + 1) * DAY_MS);
}

const struct job_kind job_housekeeping = { .name = "core.housekeeping", .finish = tidy };

// Planning the first round ----------------------------------------------------------------------------------------

static bool plan_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return plan(ctx, ctx->now / DAY_MS * DAY_MS);
}

static const struct op_spec plan_spec = { .name = "jobs.plan", .kind = OP_CHANGE, .status = 200 };
static const struct op plan_op = { .spec = &plan_spec, .run = plan_run, .unaudited = true };

bool housekeeping_plan(struct app *app, struct err *err)
{
    struct op_request *request = op_request_create();
    request->op = &plan_op;
    request->trusted = true;
    request->actor = (struct actor){ .tenant = TENANT_DEFAULT, .system = true };
    engine_run(app->engine, request);
    bool ok = request->ok;
    if (!ok)
        *err = request->err;
    op_request_free(request);
    return ok;
}
