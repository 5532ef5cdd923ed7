#include "server/jobs/housekeeping.h"

#include "shared/base/civil.h"

#include <inttypes.h>

enum {
    KEEP_RESULTS_DAYS = 90,
    KEEP_JOBS_DAYS = 30,
    KEEP_CHANGES_DAYS = 180,
    ROWS_AT_ONCE = 2000, // the writer has others waiting
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

// Whole seqs only, oldest first: what is left of the log has no gaps.
static bool forget_changes(struct op_ctx *ctx, int64_t *ret_count)
{
    return db_run(
        ctx->db,
        "DELETE FROM change WHERE tenant = $1 AND seq <= (SELECT COALESCE(MAX(seq), 0) FROM "
        "(SELECT seq, at FROM change WHERE tenant = $1 ORDER BY seq LIMIT $3) AS oldest WHERE at < $2)",
        DB_ARGS(db_text(ctx->actor.tenant), db_int(ctx->now - KEEP_CHANGES_DAYS * (int64_t)DAY_MS),
                db_int(ROWS_AT_ONCE)),
        ret_count, ctx->err);
}

static bool tidy(struct op_ctx *ctx, const struct job *job)
{
    (void)job;
    int64_t results = 0, jobs = 0, changes = 0;
    if (!forget_results(ctx, &results) || !forget_jobs(ctx, &jobs) || !forget_changes(ctx, &changes))
        return false;
    bool more = results >= ROWS_AT_ONCE || jobs >= ROWS_AT_ONCE || changes >= ROWS_AT_ONCE;
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
