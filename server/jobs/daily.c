#include "server/jobs/daily.h"

#include "shared/base/civil.h"

#include <inttypes.h>

enum { NEXT_BITE_MS = 2000 }; // the writer has others waiting

static bool plan(struct op_ctx *ctx, const struct job_kind *kind, int64_t at)
{
    return job_add(ctx, kind->name, arena_printf(ctx->arena, "%s:%" PRId64, kind->name, at), at, NULL);
}

bool daily_again(struct op_ctx *ctx, const struct job_kind *kind, bool more)
{
    return plan(ctx, kind, more ? ctx->now + NEXT_BITE_MS : (ctx->now / DAY_MS + 1) * DAY_MS);
}

// The first round -------------------------------------------------------------------------------------------------

static bool plan_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    for (size_t i = 0; i < daily_job_count; i++)
        if (!plan(ctx, daily_jobs[i], ctx->now / DAY_MS * DAY_MS))
            return false;
    return true;
}

static const struct op_spec plan_spec = { .name = "jobs.plan", .kind = OP_CHANGE, .status = 200 };
static const struct op plan_op = { .spec = &plan_spec, .run = plan_run, .unaudited = true };

bool daily_plan(struct app *app, struct err *err)
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
